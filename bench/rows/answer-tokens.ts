import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { PAIR_NAMES, answerPairs } from '../../test/support/answer-pairs.ts';
import { figure } from '../figure.ts';
import type { Figure } from '../figure.ts';

/** Row 9: tokens of answers; `test/tools/concise-answers.test.ts` asks both the same 20 questions. */
export async function measureAnswers(): Promise<Figure[]> {
  const pairs = await answerPairs();
  const count = (value: unknown): number => encode(JSON.stringify(value)).length;
  return PAIR_NAMES.map((name) =>
    figure({
      row: 9,
      what: `answer of ${name}`,
      value: count(pairs[name].concise),
      unit: 'tokens',
      baseline: { what: 'what Scale answers', value: count(pairs[name].raw) },
      goal: { atMost: 0.25 },
    }),
  );
}
