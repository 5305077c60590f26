import * as z from 'zod';
import { quotedName } from '../../src/responses/quoted-name.ts';
import { readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { Emails } from './emails.ts';
import { peopleLines } from './people-lines.ts';
import { Team, TeamAfter, memberRows, teamOutput } from './member-object.ts';
import { count } from '../count.ts';

export const inviteTeamMember = defineTool({
  slug: 'SCALE_AI_INVITE_TEAM_MEMBER',
  title: 'Invite team member',
  description:
    'Invite people to the Scale team by e-mail; each gets a message and, once accepted, access. Labelers are for Studio.',
  toolset: 'team',
  effect: 'create',
  reach: 'team',
  consequences: ['emails', 'grants_access'],
  input: z.strictObject({ emails: Emails, team_role: z.enum(['labeler', 'member', 'manager']) }),
  output: teamOutput,
  response: TeamAfter,
  example: { emails: ['new.labeler@example.com'], team_role: 'labeler' },
  planned: async (_context, { emails, team_role }) => ({
    details: { ...peopleLines(emails), Role: quotedName(team_role) },
  }),
  async reconcile({ read }, { emails }) {
    const team = readAnswer(Team, await read(['teams']), 'the team');
    const isMember = (email: string): boolean => team.some((member) => member.email === email);
    // Invitations take a while to be seen (core.md 4.35), so that nothing follows from there being none.
    return emails.every(isMember) ? { answer: team } : undefined;
  },
  request: (input) => ({ method: 'POST', path: ['teams', 'invite'], body: input }),
  summarize: (team, { emails, team_role: role }, shaping) => ({
    summary: `Invited ${count(emails.length, 'person', 'people')} as ${role}; they join when they accept.`,
    total: team?.length,
    members:
      team &&
      memberRows(
        team.filter(({ email }) => email !== undefined && emails.includes(email)),
        shaping,
      ),
    next_steps: [{ tool: 'scale_ai_get_teams', arguments: {}, why: 'who has accepted' }],
  }),
  recovery: {
    bad_request: () => [{ tool: 'scale_ai_get_teams', arguments: {}, why: 'who is in the team already' }],
    unknown: () => [{ tool: 'scale_ai_get_teams', arguments: {}, why: 'whether the invitations were made' }],
  },
});
