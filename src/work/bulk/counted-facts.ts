import { factsOfTask, shortFact } from '../../access/consent/task-facts.ts';

/** Different values of one fact that are told apart, and how many of them a question shows. */
const MAX_DIFFERENT = 1_000;
const MAX_SHOWN = 5;

interface Counted {
  tasks: number;
  /** Tasks by the value that they have. */
  values: Map<string, number>;
  /** Tasks whose value is a further one, beyond those that are told apart. */
  others: number;
}

/**
 * What the tasks of a plan ask for. Rows may differ in anything that a column fills in, so that a question which showed
 * the first of them only would have a person agree to what they did not see.
 */
export class CountedFacts {
  readonly #facts = new Map<string, Counted>();
  #tasks = 0;

  add(args: Readonly<Record<string, unknown>>): void {
    this.#tasks += 1;
    for (const [name, value] of Object.entries(factsOfTask(args))) {
      const fact = this.#facts.get(name) ?? { tasks: 0, values: new Map<string, number>(), others: 0 };
      this.#facts.set(name, fact);
      fact.tasks += 1;
      if (fact.values.has(value) || fact.values.size < MAX_DIFFERENT)
        fact.values.set(value, (fact.values.get(value) ?? 0) + 1);
      else fact.others += 1;
    }
  }

  /** As a question shows it: one value where all tasks have it, otherwise each with its number of tasks. */
  lines(): Record<string, string> {
    return Object.fromEntries([...this.#facts].flatMap(([name, fact]) => this.#linesOf(name, fact)));
  }

  #linesOf(name: string, { tasks, values, others }: Counted): [string, string][] {
    const [only, ...more] = values;
    if (only && more.length === 0 && tasks === this.#tasks) return [[name, shortFact(only[0])]];
    const frequent = [...values].sort(([, a], [, b]) => b - a);
    const hidden = frequent.slice(MAX_SHOWN);
    const inHidden = hidden.reduce((sum, [, count]) => sum + count, 0) + others;
    return [
      ...frequent
        .slice(0, MAX_SHOWN)
        .map(([value, count], index): [string, string] => [
          `${name} ${index + 1}`,
          `(${count} of ${this.#tasks} tasks) ${shortFact(value)}`,
        ]),
      ...(inHidden > 0
        ? [[`${name}, others`, this.#hiddenWords(hidden.length, others, inHidden)] satisfies [string, string]]
        : []),
    ];
  }

  #hiddenWords(different: number, others: number, tasks: number): string {
    const atLeast = others > 0 ? 'at least ' : '';
    const words = different === 1 && others === 0 ? 'text that is' : 'different texts that are';
    return `${atLeast}${different + Math.min(others, 1)} ${words} not shown here, of ${tasks} tasks`;
  }
}
