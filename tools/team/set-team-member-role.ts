import * as z from 'zod';
import { quotedName } from '../../src/responses/quoted-name.ts';
import { readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';
import { Emails } from './emails.ts';
import { peopleLines } from './people-lines.ts';
import { Team, TeamAfter, memberRows, teamOutput } from './member-object.ts';

const teamStep = { tool: 'scale_ai_get_teams', arguments: {}, why: 'who is in the team, and as what' };

export const setTeamMemberRole = defineTool({
  slug: 'SCALE_AI_SET_TEAM_MEMBER_ROLE',
  title: 'Set team member role',
  description:
    'Give members of the team another role, and with it other rights. The admin’s role cannot be changed.',
  toolset: 'team',
  effect: 'update',
  reach: 'team',
  consequences: ['grants_access'],
  idempotent: true,
  input: z.strictObject({ emails: Emails, team_role: z.enum(['labeler', 'member', 'manager']) }),
  output: teamOutput,
  response: TeamAfter,
  example: { emails: ['bo@example.com'], team_role: 'member' },
  planned: async (_context, { emails, team_role }) => ({
    details: { ...peopleLines(emails), Role: quotedName(team_role) },
  }),
  async reconcile({ read }, { emails, team_role: wanted }) {
    const team = readAnswer(Team, await read(['teams']), 'the team');
    const has = (email: string): boolean =>
      team.some((member) => member.email === email && member.role === wanted);
    return emails.every(has) ? { answer: team } : 'not_done';
  },
  request: (input) => ({ method: 'POST', path: ['teams', 'set_role'], body: input }),
  summarize: (team, { emails, team_role: role }, shaping) => ({
    summary: `${count(emails.length, 'member')} now ${emails.length === 1 ? 'has' : 'have'} the role ${role}.`,
    total: team?.length,
    members:
      team &&
      memberRows(
        team.filter(({ email }) => email !== undefined && emails.includes(email)),
        shaping,
      ),
  }),
  recovery: { not_found: () => [teamStep], bad_request: () => [teamStep], unknown: () => [teamStep] },
});
