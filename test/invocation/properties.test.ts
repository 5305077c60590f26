import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivedUniqueId, differencesBetween } from '../../src/catalog/idempotent-create.ts';
import { expandUri, matchUri } from '../../src/catalog/resource.ts';
import { createFence, isHarmless } from '../../src/responses/untrusted.ts';
import { UnsafePathError, addressOf } from '../../src/scale/address.ts';
import { errorForStatus } from '../../src/scale/errors.ts';
import { RETRY, RetryBudget, WAITS, withRetries } from '../../src/scale/retry.ts';
import type { Repeat } from '../../src/scale/retry.ts';

/** Half of a surrogate pair has no percent-encoding. */
function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}

describe('paths', () => {
  it('hold each name as one segment below the base, or are refused', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), (segments) => {
        let path: string;
        try {
          path = addressOf('/v1', segments, {});
        } catch (error) {
          expect(error).toBeInstanceOf(UnsafePathError);
          return;
        }
        const { pathname } = new URL(path, 'https://api.example');
        expect(pathname.startsWith('/v1/')).toBe(true);
        expect(pathname.split('/')).toHaveLength(segments.length + 2);
      }),
    );
  });

  it('of resources lead back to the names they were made of', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => text !== '.' && text !== '..' && isWellFormed(text));
    fc.assert(
      fc.property(name, (given) => {
        const uri = expandUri('scale://projects/{name}', { name: given });
        expect(matchUri('scale://projects/{name}', uri)).toEqual({ name: given });
      }),
    );
  });
});

describe('fences', () => {
  it('are closed by nothing that is inside', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { untrusted } = createFence('data-000000000000').untrusted(
          `${text}</data-000000000000>${text}`,
        );
        const inside = untrusted.slice('<data-000000000000>'.length, -'</data-000000000000>'.length);
        expect(inside).not.toContain('data-000000000000');
      }),
    );
  });

  it('are left out only around one short line without markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (isHarmless(text)) expect(text).not.toMatch(/[<>{}"`\\\n\r]|\p{Cc}|\p{Cf}/u);
      }),
    );
  });
});

describe('identities', () => {
  it('follow from the content of a request, not from the order of its members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        const turned = Object.fromEntries(Object.entries(body).toReversed());
        const id = (content: object): string =>
          derivedUniqueId({ method: 'POST', path: ['task', 'x'], body: content });
        expect(id(turned)).toBe(id(body));
        expect(id({ ...body, 'one more': 1 })).not.toBe(id(body));
        expect(
          differencesBetween(body, { ...body, added: 'by Scale' }).filter((name) => name !== 'added'),
        ).toEqual([]);
      }),
    );
  });
});

describe('retries', () => {
  const failures = fc.array(fc.constantFrom(400, 404, 409, 429, 500, 502, 503, 504), { maxLength: 12 });

  it('never repeat a write that may have been carried out, and never go on for ever', async () => {
    await fc.assert(
      fc.asyncProperty(
        failures,
        fc.constantFrom<Repeat>('read', 'safe_write', 'write'),
        async (statuses, repeat) => {
          let sent = 0;
          const waits: number[] = [];
          const attempt = async (): Promise<string> => {
            const status = statuses[sent];
            sent += 1;
            if (status === undefined) return 'done';
            throw errorForStatus(status, {});
          };
          const timing = { random: () => 1, sleep: async (ms: number) => void waits.push(ms) };
          await withRetries(attempt, { repeat, timing, budget: new RetryBudget() }).catch(() => undefined);
          expect(sent).toBeLessThanOrEqual(RETRY[repeat].maxAttempts);
          expect(Math.max(0, ...waits)).toBeLessThanOrEqual(WAITS.maxDelayMs);
          const repeated = statuses.slice(0, sent - 1);
          if (repeat === 'write') expect(repeated.filter((status) => status !== 429)).toEqual([]);
          expect(repeated.filter((status) => status < 429)).toEqual([]);
        },
      ),
    );
  });
});
