import * as z from 'zod';
import { ifRead, listOf } from '../../src/catalog/answer-forms.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

const text = z.string().optional().catch(undefined);

const Member = z
  .looseObject({
    email: text,
    role: text,
    firstName: text,
    lastName: text,
    company: text,
    isStudioLabeler: z.boolean().optional().catch(undefined),
    disableRapidEmails: z.boolean().optional().catch(undefined),
    expiry: text,
  })
  .catch({});

/** All members of the team: whoever has the key is one, so that an empty list was not read. */
export const Team = listOf(Member, 'email').min(1);

/** The team as Scale answers a change with; the change is made whether or not it is read. */
export const TeamAfter = ifRead(Team);

/** One row per member; `invitation_expires` only while an invitation is open. */
export function memberRows(team: z.output<typeof Team>, shaping: Shaping): Record<string, unknown>[] {
  return team.map((member) => {
    const name = [member.firstName, member.lastName].filter((part) => part !== undefined).join(' ');
    return {
      email: member.email && shaping.bare(member.email),
      role: member.role && shaping.bare(member.role),
      name: name && shaping.bare(name),
      studio_labeler: member.isStudioLabeler || undefined,
      rapid_emails: member.disableRapidEmails ? 'off' : undefined,
      invitation_expires: member.expiry,
    };
  });
}

export const teamOutput = { members: z.array(z.looseObject({})).optional(), total: z.number().optional() };
