import { getRequestListener } from '@hono/node-server';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { inAcceptedForm } from './accepted-forms.ts';
import { withBatches } from './batched-messages.ts';
import { repeatedLists } from './repeated-lists.ts';
import { callerOf } from './request-callers.ts';
import { singleAnswers } from './single-answers.ts';
import { askedFor, askingFor, openStreamBus } from './subscriptions.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthInfo, McpHttpHandler, McpServerFactory } from '@modelcontextprotocol/server';
import type { Message } from './repeated-lists.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Logger } from '../observability/logger.ts';

/** A message that was let in, read and parsed. */
export interface Incoming {
  request: IncomingMessage;
  body: unknown;
  /** What authentication found out. */
  auth?: AuthInfo | undefined;
}

/** Answers MCP messages that the guards have let in. */
export interface Endpoint {
  handle(incoming: Incoming, outgoing: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** Serves every protocol revision without sessions: each message is a server of its own. */
export function statelessEndpoint(
  factory: McpServerFactory,
  logger: Logger,
  subscriptions?: Subscriptions,
): Endpoint & { handler: McpHttpHandler } {
  const bus = subscriptions && openStreamBus(subscriptions);
  const handler = createMcpHandler(factory, {
    ...(bus && { bus }),
    onerror: (error) => logger.warn({ err: error }, 'a request was refused'),
  });
  const single = singleAnswers(factory, (message, request) => handler.fetch(request, message));
  const one = repeatedLists(single);
  const answer = inAcceptedForm(withBatches(one));
  const messages = new WeakMap<object, Message>();
  // Makes web requests and responses only as far as they are looked at, which the SDK's adapter does in full.
  const listener = getRequestListener((request, { incoming }) =>
    answer(messages.get(incoming) ?? { parsedBody: undefined }, request),
  );
  return {
    handler,
    async handle({ request, body, auth }, outgoing) {
      const caller = callerOf(auth);
      const asked = bus && caller && askedFor(body);
      const uris = asked && subscriptions?.among(asked, caller);
      const parsedBody = uris ? askingFor(body, uris) : body;
      messages.set(request, { parsedBody, ...(auth && { authInfo: auth }) });
      const answered = async (): Promise<void> => listener(request, outgoing);
      await (uris ? bus.serve({ caller, uris }, answered) : answered());
    },
    close: () => handler.close(),
  };
}
