import { ToolFailure } from './tool-failure.ts';
import type { Caller } from '../access/caller.ts';
import type { Tool } from '../catalog/tool.ts';

type Verdict = 'allow' | 'block';

/** Decides about a call that was accepted and authorized, before anything with an effect is sent. */
export type ConfirmationPolicy = (tool: Tool, caller: Caller) => Promise<Verdict>;

/** Hosts ask their users before each tool call; the server itself asks nobody. */
export const allowEverything: ConfirmationPolicy = async () => 'allow';

/** @throws ToolFailure `confirmation_required` when the policy does not allow the call */
export async function confirm(policy: ConfirmationPolicy, tool: Tool, caller: Caller): Promise<void> {
  if ((await policy(tool, caller)) === 'allow') return;
  throw new ToolFailure(
    'confirmation_required',
    `${tool.name} needs a confirmation that was not given. Nothing was sent.`,
    {
      outcome: 'not_sent',
    },
  );
}
