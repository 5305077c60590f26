import * as z from 'zod';
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

/** All members of the team. */
export const Team = z.array(Member).catch([]);

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
