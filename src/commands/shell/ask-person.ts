import { createInterface } from 'node:readline/promises';
import { planLines } from '../../access/consent/plan.ts';
import type { Plan } from '../../access/consent/plan.ts';
import type { Consent } from '../../invocation/consent.ts';

/**
 * Puts a plan to whoever sits at the terminal. What is piped in is nobody's answer.
 *
 * @returns undefined where nobody sits there
 */
export async function askPerson(plan: Plan): Promise<Consent['answer'] | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    stderr.write(
      `\nAllow this at Scale AI?\n${planLines(plan)
        .map((line) => `  ${line}\n`)
        .join('')}`,
    );
    const word = await lines.question('Type yes to allow it: ');
    return word.trim().toLowerCase() === 'yes' ? 'yes' : 'no';
  } finally {
    lines.close();
  }
}
