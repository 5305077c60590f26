import * as z from 'zod';
import { MODES } from '../../catalog/vocabulary.ts';

const text = z.string().optional().catch(undefined);

/** What is read of a record of the audit; see docs/audit.md. Neither arguments nor what was touched. */
const Line = z.object({
  type: z.enum(['call', 'answer']),
  time: z.iso.datetime().transform((time) => Date.parse(time)),
  principal: z.string(),
  tool: z.string(),
  request_id: text,
  client: text,
  project: text,
  mode: z.enum(MODES).optional().catch(undefined),
  effect: text,
  result: text,
  outcome: text,
  job: text,
  task_type: text,
  duration_ms: z.number().optional().catch(undefined),
  answer: z.enum(['yes', 'no']).optional().catch(undefined),
});

/** A call, or an answer of a person; `time` in milliseconds since 1970. */
export type AuditLine = z.output<typeof Line>;

/** Records of other types are told by their beginning: half of a busy file need not be parsed. */
const TOLD = /^\{"type":"(?:call|answer)"/;

export function readAuditLine(line: string): AuditLine | undefined {
  if (!TOLD.test(line)) return undefined;
  try {
    return Line.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
