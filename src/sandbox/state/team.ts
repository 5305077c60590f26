import type { JsonObject } from '../json.ts';

/** A member of the team; one of a kind per e-mail address. */
export interface MemberRecord {
  email: string;
  role: string;
  firstName?: string;
  lastName?: string;
  company?: string;
  isStudioLabeler: boolean;
  disableRapidEmails: boolean;
  /** When an invitation runs out; unset for members who have accepted. Milliseconds since the epoch. */
  invitedUntil?: number;
  /** Projects of Studio that the member labels in. */
  projects: string[];
}

/** A group of a project's labelers. */
export interface GroupRecord {
  id: string;
  project: string;
  name: string;
  emails: string[];
}

/** An evaluation or training task. */
export interface QualityTaskRecord {
  id: string;
  kind: 'evaluation' | 'training';
  type: string;
  body: JsonObject;
  createdAt: number;
}

/** A labeler's attempt at a quality task. */
export interface AttemptRecord {
  id: string;
  qualityTaskId: string;
  labelerEmail: string;
  createdAt: number;
}

/** An audit without a fix; what it holds is the customer's. */
export interface FixlessAuditRecord {
  id: string;
  taskId: string;
  body: JsonObject;
  createdAt: number;
}

/** Who is in the team of a new sandbox. */
export const FOUNDERS: readonly MemberRecord[] = [
  founder('ada@example.com', 'admin', 'Ada', 'Lovelace', false),
  founder('bo@example.com', 'manager', 'Bo', 'Meyer', false),
  founder('cleo@example.com', 'labeler', 'Cleo', 'Novak', true),
];

function founder(
  email: string,
  role: string,
  firstName: string,
  lastName: string,
  isStudioLabeler: boolean,
): MemberRecord {
  return {
    email,
    role,
    firstName,
    lastName,
    company: 'Example',
    isStudioLabeler,
    disableRapidEmails: false,
    projects: [],
  };
}
