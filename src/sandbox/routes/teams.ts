import { REFUSAL } from '../api-error.ts';
import { timestamp } from '../clock.ts';
import { present } from '../json.ts';
import { readEmails, readObject } from '../request-fields.ts';
import type { Account } from '../account.ts';
import type { JsonObject } from '../json.ts';
import type { MemberRecord } from '../state/team.ts';
import type { AddRoutes } from './route-context.ts';

/** `admin` appears in answers but cannot be given. */
const ROLES_TO_GIVE = ['labeler', 'member', 'manager'];

const INVITATION_MS = 7 * 24 * 3_600_000;

/** An invited member accepts after this time of the sandbox's clock. */
const ACCEPTED_AFTER_MS = 20_000;

export const addTeamRoutes: AddRoutes = (app, accountOf) => {
  app.get('/teams', (request) => teamView(accountOf(request)));

  app.post('/teams/invite', (request) => {
    const account = accountOf(request);
    const body = readObject(request.body);
    const emails = readEmails(body['emails']);
    const role = readRole(body['team_role']);
    for (const email of emails) {
      if (account.store.members.has(email))
        throw REFUSAL.invalid(`"${email}" is a member of the team already`);
    }
    const invitedUntil = account.clock.now() + INVITATION_MS;
    for (const email of emails) {
      const isStudioLabeler = role === 'labeler';
      account.store.put('members', email, {
        email,
        role,
        isStudioLabeler,
        disableRapidEmails: false,
        invitedUntil,
        projects: [],
      });
    }
    return teamView(account);
  });

  app.post('/teams/set_role', (request) => {
    const account = accountOf(request);
    const body = readObject(request.body);
    const role = readRole(body['team_role']);
    for (const member of findMembers(account, readEmails(body['emails']))) {
      if (member.role === 'admin') throw REFUSAL.invalid('the role of the admin cannot be changed');
      account.store.put('members', member.email, { ...member, role, isStudioLabeler: role === 'labeler' });
    }
    return teamView(account);
  });
};

/** @throws ApiError 400 naming the first address that is not in the team */
export function findMembers({ store }: Account, emails: readonly string[]): MemberRecord[] {
  return emails.map((email) => {
    const member = store.members.get(email);
    if (!member) throw REFUSAL.invalid(`"${email}" is not a member of the team`);
    return member;
  });
}

/** True once an invitation has been accepted. */
export function isActive({ clock }: Account, member: MemberRecord): boolean {
  if (member.invitedUntil === undefined) return true;
  return clock.now() >= member.invitedUntil - INVITATION_MS + ACCEPTED_AFTER_MS;
}

function readRole(value: unknown): string {
  if (typeof value === 'string' && ROLES_TO_GIVE.includes(value)) return value;
  throw REFUSAL.invalid(`"team_role" must be one of ${ROLES_TO_GIVE.join(', ')}`);
}

function teamView(account: Account): JsonObject[] {
  return [...account.store.members.values()].map((member) => ({
    email: member.email,
    role: member.role,
    isStudioLabeler: member.isStudioLabeler,
    disableRapidEmails: member.disableRapidEmails,
    ...present({
      firstName: member.firstName,
      lastName: member.lastName,
      company: member.company,
      expiry:
        isActive(account, member) || member.invitedUntil === undefined
          ? undefined
          : timestamp(member.invitedUntil),
    }),
  }));
}
