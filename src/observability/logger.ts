import { trace } from '@opentelemetry/api';
import pino from 'pino';
import pretty from 'pino-pretty';
import type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type { Logger };

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

/** Logs to stderr, since stdout belongs to JSON-RPC: JSON lines, or readable lines on a terminal. */
export function createLogger(level: LogLevel, isTerminal = process.stderr.isTTY): Logger {
  const options = { level, redact: { paths: SECRETS, censor: '[redacted]' }, base: null, mixin: traceOf };
  const destination = isTerminal
    ? pretty({
        colorize: true,
        ignore: 'pid,hostname',
        translateTime: 'HH:MM:ss',
        destination: 2,
        sync: true,
      })
    : pino.destination({ dest: 2, sync: true });
  return pino(options, destination);
}
