import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { nearestName } from '../catalog/nearest-name.ts';
import { MAX_PROMPT_ARGUMENT } from '../catalog/prompt.ts';
import type { PromptSpec } from '../catalog/prompt.ts';
import type { Selection } from '../catalog/selection.ts';
import type { Surface } from './surface.ts';

/** The prompts whose tools this caller has. */
export function offeredPrompts(declared: readonly PromptSpec[], selection: Selection): PromptSpec[] {
  return declared.filter(({ needs }) => needs.every((tool) => selection.find(tool) !== undefined));
}

export function promptSurface(offered: readonly PromptSpec[]): Surface['prompts'] {
  return {
    list: offered.map(({ name, title, description, arguments: args }) => ({
      name,
      title,
      description,
      arguments: args.map(({ name, description, required }) => ({ name, description, required })),
    })),
    async get(name, args) {
      const prompt = offered.find((candidate) => candidate.name === name);
      if (!prompt) throw unknownPrompt(name, offered);
      const text = prompt.text(acceptArguments(prompt, args));
      return {
        description: prompt.description,
        messages: [{ role: 'user', content: { type: 'text', text } }],
      };
    },
  };
}

/** @throws ProtocolError for an argument that is missing, unknown or too long */
function acceptArguments(
  prompt: PromptSpec,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const known = prompt.arguments.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      throw invalid(`${prompt.name} has no argument "${name.slice(0, 100)}". It has: ${known.join(', ')}.`);
  }
  const accepted: Record<string, string> = {};
  for (const { name, required, description } of prompt.arguments) {
    const value = given[name]?.trim() ?? '';
    if (value === '' && required) throw invalid(`${prompt.name} needs "${name}": ${description}.`);
    if (value.length > MAX_PROMPT_ARGUMENT)
      throw invalid(`"${name}" may have ${MAX_PROMPT_ARGUMENT} characters; it has ${value.length}.`);
    if (value !== '') accepted[name] = JSON.stringify(value);
  }
  return accepted;
}

function unknownPrompt(name: string, offered: readonly PromptSpec[]): ProtocolError {
  const names = offered.map((prompt) => prompt.name);
  const near = nearestName(name, names);
  const hint = near ? ` Did you mean ${near}?` : ` There are: ${names.join(', ') || 'none'}.`;
  return invalid(`Unknown prompt: ${name.slice(0, 100)}.${hint}`);
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
