import { ToolFailure } from './tool-failure.ts';
import type { Caller } from '../access/caller.ts';
import type { Judgement } from '../access/consent/consent-policy.ts';
import type { Tool } from '../catalog/tool.ts';

/**
 * Refuses a tool that this caller's selection leaves out.
 *
 * @throws ToolFailure `read_only` or `tool_not_enabled`
 */
export function authorize(tool: Tool, caller: Caller): void {
  if (caller.selection.find(tool.name)) return;
  const missing = caller.missing?.(tool);
  if (missing !== undefined) throw notPermitted(tool, caller, missing);
  if (caller.selection.readOnly && tool.effect !== 'read') {
    throw new ToolFailure(
      'read_only',
      `${tool.name} would ${tool.effect} something, and this server runs with --read-only. Nothing was sent. Whoever runs the server can start it without --read-only.`,
      { outcome: 'not_sent', allowed: caller.selection.tools.map(({ name }) => name).join(', ') },
    );
  }
  if (caller.selection.project !== undefined && tool.reach === 'team') {
    throw new ToolFailure(
      'outside_project',
      `${tool.name} looks over the whole team, and this server serves project "${caller.selection.project}" only. Nothing was sent.`,
      { outcome: 'not_sent', allowed: caller.selection.tools.map(({ name }) => name).join(', ') },
    );
  }
  throw new ToolFailure(
    'tool_not_enabled',
    `${tool.name} is not among the tools this server was started with. Nothing was sent. Whoever runs the server can add it with --tools ${tool.name} or --toolsets ${tool.toolset}.`,
    { outcome: 'not_sent', allowed: caller.selection.tools.map(({ name }) => name).join(', ') },
  );
}

/**
 * Refuses a step of long work that its owner may not take. A step needs no offer of its own: whoever may submit a
 * plan has its tasks created. It needs the effects that it has, and must not be excluded or blocked.
 *
 * @throws ToolFailure `not_permitted`, `tool_not_enabled` or `blocked`
 */
export function authorizeStep(tool: Tool, caller: Caller, { verdict, because }: Judgement): void {
  const missing = caller.missing?.(tool, { isStep: true });
  if (missing !== undefined) throw notPermitted(tool, caller, missing);
  if (caller.selection.isExcluded(tool.name)) authorize(tool, caller);
  if (verdict !== 'block') return;
  throw new ToolFailure(
    'blocked',
    `${tool.name} is a part of this, and is blocked here: the operator's policy says "${because}: block". Nothing was sent. Whoever runs the server can change the policy in the configuration file.`,
    { outcome: 'not_sent' },
  );
}

function notPermitted(tool: Tool, { role = 'none', selection }: Caller, missing: string): ToolFailure {
  return new ToolFailure(
    'not_permitted',
    `${tool.name} needs the permission ${missing}, which the role "${role}" does not have. Nothing was sent. Whoever runs the server can grant it in the configuration file.`,
    { outcome: 'not_sent', allowed: selection.tools.map(({ name }) => name).join(', ') },
  );
}
