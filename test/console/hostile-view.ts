import type { AuditLine } from '../../src/console/data/audit-line.ts';
import type { ConsoleView } from '../../src/console/view.ts';

/** Ends what it may stand in, and turns the direction of what follows. */
export const HOSTILE = `'onfocus='1' </h3><img src=x onerror="document.title=1">\u202e`;

const NOW = Date.parse('2026-11-30T12:00:00Z');
const TODAY = Math.floor(NOW / 86_400_000);

/** A view in which every name and sentence is somebody's attempt. */
export function hostileView(): ConsoleView {
  const call: AuditLine = {
    type: 'call',
    time: NOW,
    principal: HOSTILE,
    tool: HOSTILE,
    request_id: HOSTILE,
    client: HOSTILE,
    project: HOSTILE,
    mode: 'live',
    effect: 'read',
    result: HOSTILE,
    outcome: HOSTILE,
    job: undefined,
    task_type: undefined,
    duration_ms: 1,
    answer: undefined,
  };
  return {
    viewer: {
      principal: HOSTILE,
      role: HOSTILE,
      seesAll: true,
      mode: 'live',
      projects: { allows: () => true, words: HOSTILE },
    },
    now: NOW,
    isSignedIn: true,
    questions: [
      {
        id: 'a'.repeat(22),
        token: 'secret',
        principal: HOSTILE,
        tool: HOSTILE,
        digest: '',
        expiresAt: NOW + 1_000,
        plan: {
          operation: HOSTILE,
          tool: HOSTILE,
          project: HOSTILE,
          details: { [HOSTILE]: HOSTILE },
          attachments: [`https://x.example/${encodeURI(HOSTILE)}`, `/tmp/${HOSTILE}`],
          mode: 'live',
          effect: 'create',
          consequences: [],
          allows: HOSTILE,
        },
      },
    ],
    othersAsked: { [HOSTILE]: 1 },
    jobs: [
      {
        job_id: 'job_1',
        principal: HOSTILE,
        isOwn: true,
        tool: HOSTILE,
        title: HOSTILE,
        state: 'running',
        project: HOSTILE,
        batch: HOSTILE,
        done: 1,
        total: 2,
        counts: { [HOSTILE]: 1 },
        trouble: HOSTILE,
        reason: HOSTILE,
        created_at: new Date(NOW).toISOString(),
        failures: [{ code: HOSTILE, message: HOSTILE, scale_says: HOSTILE, count: 1, items: [HOSTILE] }],
      },
    ],
    jobsTrouble: HOSTILE,
    batches: {
      readAt: NOW,
      batches: [
        {
          name: HOSTILE,
          project: HOSTILE,
          status: HOSTILE,
          created_at: HOSTILE,
          counts: { pending: 1, completed: 1, error: 1, canceled: 1 },
        },
      ],
      total: 1,
      trouble: HOSTILE,
    },
    audit: {
      hours: [{ hour: Math.floor(NOW / 3_600_000), ok: 1, failed: 1 }],
      days: [{ day: TODAY, calls: 2, failed: 1 }],
      callers: [{ principal: HOSTILE, calls: 2, failed: 1, tools: [{ tool: HOSTILE, calls: 2 }] }],
      failures: [{ code: HOSTILE, count: 1, today: 1, tools: [HOSTILE] }],
      created: [{ day: TODAY, principal: HOSTILE, type: HOSTILE, tasks: 3 }],
      recent: [call],
      left: 1,
    },
    auditRead: 1,
    limits: [{ limit: HOSTILE, allowed: 10, left: 5, frees_in_s: 3 }],
    money: { currency: HOSTILE, rates: { imageannotation: 1 }, spendPerDay: 3, billablePerDay: 5 },
    formToken: HOSTILE,
  };
}
