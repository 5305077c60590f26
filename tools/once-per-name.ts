import * as z from 'zod';
import { knownBy, readAnswer } from '../src/catalog/answer-forms.ts';
import { differencesBetween } from '../src/catalog/idempotent-create.ts';
import { isRecord } from '../src/responses/compact.ts';
import type { IdempotentCreate } from '../src/catalog/idempotent-create.ts';
import type { RestRequest } from '../src/catalog/rest-request.ts';

const Named = knownBy(z.record(z.string(), z.unknown()), 'name');

/**
 * Batches and projects are unique by name in the account: Scale refuses a second one with 409.
 *
 * @param notShown members that Scale does not give back, or that are called otherwise
 * @param shown the existing object by the names that a creation uses
 */
export function oncePerName(
  request: RestRequest,
  { name, notShown = [] }: { name: string; notShown?: readonly string[] },
  findStep: IdempotentCreate['findStep'],
  shown: (existing: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): IdempotentCreate {
  const body = isRecord(request.body) ? request.body : {};
  const asked = Object.fromEntries(Object.entries(body).filter(([member]) => !notShown.includes(member)));
  return {
    derived: false,
    identity: () => name,
    request: () => request,
    find: (identity) => ({ method: 'GET', path: [...request.path, identity] }),
    findStep,
    pick: (answer) => readAnswer(Named, answer, 'an object with a name'),
    isObject: (answer) => Named.safeParse(answer).success,
    differences: (existing) => differencesBetween(asked, shown(existing)),
    isSpent: () => false,
  };
}
