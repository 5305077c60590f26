import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { CONSEQUENCES, EFFECTS, MODES } from '../../catalog/vocabulary.ts';
import { parseDocument } from '../../json/parse-document.ts';
import type { StateDatabase } from '../../state/state-database.ts';
import { isOpen } from './consents.ts';
import type { Seal } from './consents.ts';
import type { Plan } from './plan.ts';

const texts = z.record(z.string(), z.string());

const StoredPlan: z.ZodType<Plan> = z.looseObject({
  operation: z.string(),
  tool: z.string(),
  project: z.string().exactOptional(),
  batch: z.string().exactOptional(),
  task: z.string().exactOptional(),
  tasks: z.number().exactOptional(),
  rate: z.string().exactOptional(),
  attachments: z.array(z.string()).exactOptional(),
  estimated_cost: z.string().exactOptional(),
  details: texts.exactOptional(),
  present: texts.exactOptional(),
  mode: z.enum(MODES),
  effect: z.enum(EFFECTS),
  consequences: z.array(z.enum(CONSEQUENCES)),
  allows: z.string(),
});

/** A question that waits for a person, or for the call that it is about to come again. */
const Question = z.object({
  /** Part of the address of its page. */
  id: z.string(),
  /** Part of the page only: who does not see the page cannot send its form. */
  token: z.string(),
  principal: z.string(),
  tool: z.string(),
  digest: z.string(),
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
  answer: z.enum(['yes', 'no']).optional(),
  plan: StoredPlan,
});

export type Question = z.output<typeof Question>;

/** Of all that wait, the newest: nobody reads more. */
const MOST_WAITING = 200;

/** How a person answered. */
export interface Answered {
  question: Question;
  answer: 'yes' | 'no';
  /** The page of this machine, or the console. */
  through: 'page' | 'console';
  /** Who was signed in there; absent where nobody signs in. */
  by?: string;
}

export type Binding = Pick<Seal, 'principal' | 'tool' | 'digest'>;

/**
 * Questions that outlive the process that asked: hosts that start a process for each call find in the next one what a
 * person decided meanwhile. What cannot be written stands in memory.
 */
export class Questions {
  readonly #database: () => Promise<StateDatabase>;
  readonly #now: () => number;
  readonly #record: (answered: Answered) => void;
  readonly #unwritten = new Map<string, Question>();

  /**
   * @param now milliseconds since 1970
   * @param record is told of every answer that a person gives
   */
  constructor(
    database: () => Promise<StateDatabase>,
    now: () => number,
    record: (answered: Answered) => void = () => undefined,
  ) {
    this.#database = database;
    this.#now = now;
    this.#record = record;
  }

  /** The question that stands, or a new one. */
  async open(plan: Plan, { principal, tool, digest, expiresAt }: Seal): Promise<Question> {
    const known = await this.#find({ principal, tool, digest });
    if (known) return known;
    const question = { id: secret(), token: secret(), principal, tool, digest, expiresAt, plan };
    await this.#write(question);
    return question;
  }

  async get(id: string): Promise<Question | undefined> {
    const found =
      this.#unwritten.get(id) ?? (await this.#read(({ db }) => selected(db).where('id', '=', id)));
    return found && isOpen(found, this.#now()) ? found : undefined;
  }

  /** @returns whether it counts: of several answers to one question the first does */
  async answer(
    question: Question,
    answer: 'yes' | 'no',
    how: Pick<Answered, 'through' | 'by'>,
  ): Promise<boolean> {
    const isFirst = await this.#settle({ ...question, answer });
    if (isFirst) this.#record({ question, answer, ...how });
    return isFirst;
  }

  async #settle(answered: Question): Promise<boolean> {
    const { id, answer = null } = answered;
    try {
      const { db } = await this.#database();
      const settled = await db
        .updateTable('consents')
        .set({ answer, document: JSON.stringify(answered) })
        .where('id', '=', id)
        .where('answer', 'is', null)
        .returning('id')
        .execute();
      if (settled.length > 0 || !this.#unwritten.has(id)) return settled.length > 0;
    } catch {
      // it stands in memory
    }
    if (this.#unwritten.get(id)?.answer !== undefined) return false;
    this.#unwritten.set(id, answered);
    return true;
  }

  /** Those that wait for an answer, the one that expires first in front. */
  async waiting(): Promise<Question[]> {
    const now = this.#now();
    const here = [...this.#unwritten.values()];
    const rows = await this.#rows();
    return [...rows, ...here]
      .filter(({ answer, expiresAt }) => answer === undefined && expiresAt > now)
      .sort((a, b) => a.expiresAt - b.expiresAt);
  }

  async #rows(): Promise<Question[]> {
    try {
      const { db } = await this.#database();
      const rows = await selected(db)
        .where('answer', 'is', null)
        .where('expires_ms', '>', this.#now())
        .orderBy('expires_ms', 'desc')
        .limit(MOST_WAITING)
        .execute();
      return rows.flatMap(({ document }) => Question.safeParse(parseDocument(document)).data ?? []);
    } catch {
      return [];
    }
  }

  /** What was answered to exactly this. One process gets it, once. */
  async take(binding: Binding): Promise<'yes' | 'no' | undefined> {
    const question = await this.#find(binding);
    if (question?.answer === undefined) return undefined;
    return (await this.#remove(question.id)) ? question.answer : undefined;
  }

  /** Whether any waits for its answer. */
  async anyOpen(): Promise<boolean> {
    const open = await this.#read(({ db }) =>
      selected(db).where('answer', 'is', null).where('expires_ms', '>', this.#now()).limit(1),
    );
    return open !== undefined || this.#unwritten.size > 0;
  }

  async #find({ principal, tool, digest }: Binding): Promise<Question | undefined> {
    const here = [...this.#unwritten.values()].find(
      (one) => one.principal === principal && one.tool === tool && one.digest === digest,
    );
    const found =
      here ??
      (await this.#read(({ db }) =>
        selected(db)
          .where('principal', '=', principal)
          .where('tool', '=', tool)
          .where('digest', '=', digest)
          .where('expires_ms', '>', this.#now()),
      ));
    return found && isOpen(found, this.#now()) ? found : undefined;
  }

  /** @returns undefined where there is none, or where it cannot be read at present */
  async #read(
    query: (database: StateDatabase) => ReturnType<typeof selected>,
  ): Promise<Question | undefined> {
    try {
      const row = await query(await this.#database()).executeTakeFirst();
      return row && Question.safeParse(parseDocument(row.document)).data;
    } catch {
      return undefined;
    }
  }

  async #write(question: Question): Promise<void> {
    const { id, principal, tool, digest, answer = null, expiresAt } = question;
    const row = { id, principal, tool, digest, answer, expires_ms: expiresAt };
    try {
      const { db } = await this.#database();
      await db
        .insertInto('consents')
        .values({ ...row, document: JSON.stringify(question) })
        .execute();
    } catch {
      this.#unwritten.set(id, question);
    }
  }

  /** @returns whether it was this process that removed it */
  async #remove(id: string): Promise<boolean> {
    if (this.#unwritten.delete(id)) return true;
    try {
      const { db } = await this.#database();
      return (await db.deleteFrom('consents').where('id', '=', id).returning('id').execute()).length > 0;
    } catch {
      return false;
    }
  }
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- the type of a query is what it is made of
function selected(db: StateDatabase['db']) {
  return db.selectFrom('consents').select('document');
}

function secret(): string {
  return randomBytes(16).toString('base64url');
}
