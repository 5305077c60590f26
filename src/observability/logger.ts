import { trace } from '@opentelemetry/api';
import pino from 'pino';
import { escapeUnseen, visibleText } from '../json/escape-unseen.ts';
import { gatheredLines } from './gathered-lines.ts';
import type { DestinationStream, Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type { Logger };

type Destination = DestinationStream & { flushSync?(): void };

/** Members that may hold a key, wherever they stand in a log record. */
const SECRETS = [
  'apiKey',
  'api_key',
  'authorization',
  'headers.authorization',
  '*.apiKey',
  '*.api_key',
  '*.authorization',
];

/** Where a trace is followed, lines can be found by it. */
function traceOf(): { trace_id?: string } {
  const id = trace.getActiveSpan()?.spanContext().traceId;
  return id === undefined ? {} : { trace_id: id };
}

/** One for all loggers of the process, so that their lines keep their order. */
let stderr: Destination | undefined;

function toStderr(): Destination {
  stderr ??= gatheredLines(escaped(pino.destination({ dest: 2, sync: true })));
  return stderr;
}

/** Callers choose names that stand in the lines, and whoever reads them may do so in a terminal. */
function escaped(destination: Destination): Destination {
  return {
    write: (lines) => destination.write(escapeUnseen(lines)),
    flushSync: () => destination.flushSync?.(),
  };
}

/** Logs JSON lines to stderr, since stdout belongs to JSON-RPC. */
export function createLogger(level: LogLevel, destination?: Destination): Logger {
  const options = { level, redact: { paths: SECRETS, censor: '[redacted]' }, base: null, mixin: traceOf };
  return pino(options, destination ? escaped(destination) : toStderr());
}

/** The same with readable lines on a terminal. */
export async function openLogger(level: LogLevel, isTerminal = process.stderr.isTTY): Promise<Logger> {
  if (!isTerminal) return createLogger(level);
  const { default: pretty } = await import('pino-pretty');
  const options = { colorize: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' };
  const lines = pretty({ ...options, destination: 2, sync: true });
  return createLogger(level, { write: (line) => lines.write(withVisibleTexts(line)) });
}

/** A record as it is to be printed: what prints it takes the texts out of their JSON. */
function withVisibleTexts(line: string): string {
  return JSON.stringify(
    JSON.parse(line, (_name, value: unknown) => (typeof value === 'string' ? visibleText(value) : value)),
  );
}
