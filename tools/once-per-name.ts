import { differencesBetween } from '../src/catalog/once.ts';
import { isRecord } from '../src/responses/compact.ts';
import type { Once } from '../src/catalog/once.ts';
import type { RestRequest } from '../src/catalog/tool.ts';

/**
 * Batches and projects are unique by name in the account: Scale refuses a second one with 409.
 *
 * @param notShown members that Scale does not give back, or that are called otherwise
 * @param shown the existing object by the names that a creation uses
 */
export function oncePerName(
  request: RestRequest,
  { name, notShown = [] }: { name: string; notShown?: readonly string[] },
  findStep: Once['findStep'],
  shown: (existing: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Once {
  const body = isRecord(request.body) ? request.body : {};
  const asked = Object.fromEntries(Object.entries(body).filter(([member]) => !notShown.includes(member)));
  return {
    derived: false,
    identity: () => name,
    request: () => request,
    find: (identity) => ({ method: 'GET', path: [...request.path, identity] }),
    findStep,
    pick: (answer) => (isRecord(answer) ? answer : undefined),
    differences: (existing) => differencesBetween(asked, shown(existing)),
    isSpent: () => false,
  };
}
