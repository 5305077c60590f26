import type { Tool } from './tool.ts';

/** Every name that a tool answers to, the listed one first: prompts and policies may have been written for its slug. */
export function namesOf({ name, slug }: Pick<Tool, 'name' | 'slug'>): string[] {
  return [...new Set([name, slug, slug.toLowerCase()])];
}

export function isNamed(tool: Pick<Tool, 'name' | 'slug'>, name: string): boolean {
  return tool.name === name.toLowerCase() || tool.slug === name.toUpperCase();
}
