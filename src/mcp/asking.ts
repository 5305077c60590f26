import {
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  inputRequired,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { CONSENT_SECONDS } from '../access/consent/consents.ts';
import { planLines, shownPlan } from '../access/consent/plan.ts';
import { isRecord } from '../responses/compact.ts';
import type { InputRequiredResult, ServerContext } from '@modelcontextprotocol/server';
import type { Plan } from '../access/consent/plan.ts';
import type { Seal } from '../access/consent/consents.ts';
import type { Consent, Question } from '../invocation/consent.ts';
import type { ToolErrorBody } from '../invocation/tool-failure.ts';

/** The name of the one input that is ever asked for. */
const KEY = 'consent';

const Seal = z.object({
  principal: z.string(),
  tool: z.string(),
  digest: z.string(),
  nonce: z.string(),
  expiresAt: z.number(),
});

const Answer = z.object({
  action: z.enum(['accept', 'decline', 'cancel']),
  content: z.object({ agree: z.boolean() }).partial().optional(),
});

/** Asks persons through the protocol, and what happens where a client cannot. */
export interface Asking {
  /** Seals a question for its way through the client. */
  seal: (seal: Seal, context: ServerContext) => Promise<string>;
  /** @throws when a state was not sealed here, or has expired */
  verify: (state: string, context: ServerContext) => Promise<Seal>;
  /** A page where the person can agree; undefined where a refusal is all there is. */
  page: (plan: Plan, seal: Seal) => Promise<{ url: string; expiresAt: number } | undefined>;
}

/** @param key seals what travels through the client; shared by replicas that serve one user */
export function openAsking(key: Uint8Array, page: Asking['page'] = async () => undefined): Asking {
  const codec = createRequestStateCodec<Seal>({ key, ttlSeconds: CONSENT_SECONDS });
  return {
    seal: (seal, context) => codec.mint(seal, context),
    verify: (state, context) => codec.verify(state, context),
    page,
  };
}

/** What the person said, when this request brings it; its seal has been verified before any handler ran. */
export function consentIn({ mcpReq }: ServerContext): Consent | undefined {
  const seal = Seal.safeParse(mcpReq.requestState());
  const answer = Answer.safeParse(mcpReq.inputResponses?.[KEY]);
  if (!seal.success || !answer.success) return undefined;
  const { action, content } = answer.data;
  if (action !== 'accept') return { seal: seal.data, answer: action === 'decline' ? 'no' : 'dismissed' };
  return { seal: seal.data, answer: answerIn(content?.agree) };
}

/** A client that accepts a form without filling it in has asked its user in words of its own, or nobody. */
function answerIn(agree: boolean | undefined): Consent['answer'] {
  if (agree === undefined) return 'dismissed';
  return agree ? 'yes' : 'no';
}

/**
 * Whether the client can put a form before its user: declared with this request in 2026-07-28; in the 2025
 * revisions when the connection or the session began.
 */
export function canAsk({ mcpReq }: ServerContext, legacyCapabilities: unknown): boolean {
  const envelope: Record<string, unknown> | undefined = mcpReq.envelope && { ...mcpReq.envelope };
  const isModern = envelope !== undefined && CLIENT_CAPABILITIES_META_KEY in envelope;
  const declared = isModern ? envelope[CLIENT_CAPABILITIES_META_KEY] : legacyCapabilities;
  const elicitation = isRecord(declared) ? declared['elicitation'] : undefined;
  return isRecord(elicitation) && (Object.keys(elicitation).length === 0 || 'form' in elicitation);
}

export async function ask(
  { plan, seal }: Question,
  { seal: sealOf }: Asking,
  context: ServerContext,
): Promise<InputRequiredResult> {
  const form = inputRequired.elicit({
    message: `Allow this at Scale AI?\n${planLines(plan).join('\n')}`,
    requestedSchema: {
      type: 'object',
      properties: { agree: { type: 'boolean', title: 'Allow', description: plan.allows, default: false } },
      required: ['agree'],
    },
  });
  return inputRequired({ inputRequests: { [KEY]: form }, requestState: await sealOf(seal, context) });
}

/** Where the client cannot ask: a page for the person, or what the operator can change. */
export async function fallBack(
  error: ToolErrorBody,
  { plan, seal, wasAnsweredByClient }: Question,
  { page }: Asking,
): Promise<ToolErrorBody> {
  const opened = await page(plan, seal);
  if (!opened) {
    return {
      ...error,
      plan: shownPlan(plan),
      message: `${error.message} ${wasAnsweredByClient ? '' : 'This client cannot ask its user. '}Use one that supports elicitation, or give yours a handler for it; or have whoever runs the server allow it in the policy of the configuration file, or give links with --confirm-fallback approval.`,
    };
  }
  const { code, ...rest } = error;
  return {
    code,
    approve_at: opened.url, // early: some hosts show a model the first 200 characters of an error
    ...rest,
    plan: shownPlan(plan),
    message: `${error.message} Give the user this link, which shows the plan and takes their click, and make the same call again afterwards. Do not open it yourself: the decision is theirs.`,
    expires_at: new Date(opened.expiresAt).toISOString(),
  };
}
