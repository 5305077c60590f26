import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { countsInWords } from '../tasks/annotation-counts.ts';
import { Team, memberRows, teamOutput } from './member-object.ts';
import { count } from '../count.ts';

export const getTeams = defineTool({
  slug: 'SCALE_AI_GET_TEAMS',
  title: 'Get team',
  description: 'List the members of the Scale team with role, open invitations and notification settings.',
  toolset: 'team',
  effect: 'read',
  reach: 'team',
  input: z.strictObject({}),
  output: teamOutput,
  response: Team,
  example: {},
  request: () => ({ method: 'GET', path: ['teams'] }),
  summarize(team, _input, shaping) {
    const roles: Record<string, number> = {};
    for (const { role } of team) {
      const word = shaping.word(role, 'other');
      roles[word] = (roles[word] ?? 0) + 1;
    }
    return {
      summary: `The team has ${count(team.length, 'member')}: ${countsInWords(roles)}.`,
      total: team.length,
      members: memberRows(team, shaping),
    };
  },
});
