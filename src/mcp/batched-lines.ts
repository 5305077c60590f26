import { faultOfBatch, requestIdsIn } from './batched-messages.ts';
import { isRecord } from '../responses/compact.ts';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';

/** Responses that are sent together once the last of them is there. */
interface Batch {
  waiting: Set<unknown>;
  responses: unknown[];
}

interface BatchedLines {
  /** The messages of a line, each on a line of its own; none where the batch was refused. */
  linesFor: (line: string) => string[];
  /** Sends the responses to a batch together. */
  transport(inner: Transport): Transport;
  /** Sends what there is of batches that will not be answered in full any more. */
  flush(): void;
}

/** @param write sends a line that the transport has no words for */
export function batchedLines(write: (line: string) => void): BatchedLines {
  const batches = new Set<Batch>();
  let revision: unknown;
  const send = (batch: Batch): void => {
    batches.delete(batch);
    if (batch.responses.length > 0) write(JSON.stringify(batch.responses));
  };
  /** Whether a batch had waited for this id. */
  const settle = (id: unknown, responses: readonly unknown[]): boolean => {
    const batch = [...batches].find(({ waiting }) => waiting.has(id));
    if (!batch) return false;
    batch.waiting.delete(id);
    batch.responses.push(...responses);
    if (batch.waiting.size === 0) send(batch);
    return true;
  };
  return {
    linesFor(line) {
      const note = noted(line);
      if (note?.['method'] === 'initialize') revision ??= paramOf(note, 'protocolVersion');
      // What was cancelled is not answered, and the others are not to wait for it.
      if (note?.['method'] === 'notifications/cancelled') settle(paramOf(note, 'requestId'), []);
      const messages = line.trimStart().startsWith('[') ? listIn(line) : undefined;
      if (!messages) return [line]; // where it is no JSON, the transport says so
      const fault = faultOfBatch(messages, revision);
      if (fault !== undefined) {
        write(JSON.stringify(refusal(fault)));
        return [];
      }
      const readable = messages.filter(isMessage);
      const responses = messages
        .filter((one) => !isMessage(one))
        .map(() => refusal('A batch holds JSON-RPC messages only; this was none.'));
      const batch = { waiting: new Set(requestIdsIn(readable)), responses };
      batches.add(batch);
      if (batch.waiting.size === 0) send(batch);
      return readable.map((one) => JSON.stringify(one));
    },
    transport(inner) {
      const sendAlone = inner.send.bind(inner);
      inner.send = async (message, options) => {
        revision = agreedTo(message) ?? revision;
        const isResponse = 'id' in message && !('method' in message);
        if (!isResponse || !settle(message.id, [message])) await sendAlone(message, options);
      };
      return inner;
    },
    flush() {
      for (const batch of batches) send(batch);
    },
  };
}

/** The revision that an answer to `initialize` names. */
function agreedTo(message: JSONRPCMessage): unknown {
  return 'result' in message ? message.result['protocolVersion'] : undefined;
}

/** A message that is of interest here; most lines are not parsed for it. */
function noted(line: string): Record<string, unknown> | undefined {
  if (!/"(initialize|notifications\/cancelled)"/.test(line)) return undefined;
  const message = parsed(line);
  return isRecord(message) ? message : undefined;
}

function paramOf({ params }: Record<string, unknown>, name: string): unknown {
  return isRecord(params) ? params[name] : undefined;
}

function isMessage(value: unknown): boolean {
  return isRecord(value) && ('method' in value || 'result' in value || 'error' in value);
}

function refusal(message: string): object {
  return { jsonrpc: '2.0', id: null, error: { code: -32_600, message } };
}

function listIn(line: string): readonly unknown[] | undefined {
  const list = parsed(line);
  return Array.isArray(list) ? list : undefined;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
