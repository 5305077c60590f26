import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { PromptSpec } from '../catalog/prompt.ts';
import type { NamedKind, ResourceSpec } from '../catalog/resource.ts';
import type { Calls } from './call.ts';
import type { KnownNames } from './known-names.ts';
import type { Surface } from './surface.ts';

interface Offered {
  prompts: readonly PromptSpec[];
  resources: readonly ResourceSpec[];
}

/** Completes names of projects and batches: those that begin with what was typed, then those that contain it. */
export function completions(offered: Offered, calls: Calls, names: KnownNames): Surface['complete'] {
  return async ({ ref, argument, context: earlier }, context) => {
    const kind =
      ref.type === 'ref/prompt'
        ? promptKind(offered.prompts, ref.name, argument.name)
        : resourceKind(offered.resources, ref.uri, argument.name);
    if (kind === undefined) return [];
    const project = kind === 'batch' ? earlier?.arguments?.['project'] : undefined;
    return matching(await names.of(kind, calls, context, project), argument.value);
  };
}

function promptKind(prompts: readonly PromptSpec[], name: string, argument: string): NamedKind | undefined {
  const prompt = prompts.find((candidate) => candidate.name === name);
  if (!prompt) throw unknown(`prompt ${name}`);
  return prompt.arguments.find((candidate) => candidate.name === argument)?.completes;
}

function resourceKind(
  resources: readonly ResourceSpec[],
  uri: string,
  variable: string,
): NamedKind | undefined {
  const resource = resources.find(({ uriTemplate }) => uriTemplate === uri);
  if (!resource) throw unknown(`resource template ${uri}`);
  return resource.completes?.[variable];
}

function unknown(what: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no ${what.slice(0, 200)}.`);
}

function matching(names: readonly string[], typed: string): string[] {
  const wanted = typed.toLowerCase();
  const rank = (name: string): number => name.toLowerCase().indexOf(wanted);
  return [...names.filter((name) => rank(name) === 0), ...names.filter((name) => rank(name) > 0)];
}
