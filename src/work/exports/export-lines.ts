import { GroupCommit } from '../jobs/group-commit.ts';
import { parseDocument } from '../../json/parse-document.ts';
import type { StateDatabase } from '../../state/state-database.ts';

/** What is in memory at once, but for a line that is longer by itself. */
const CHARACTERS_AT_ONCE = 1024 * 1024;

/** The tasks of an export, each once: JSON Lines, kept in the order in which they came. */
export class ExportLines {
  readonly #database: StateDatabase;
  readonly #jobId: string;
  readonly #commit = new GroupCommit<{ task_id: string }>((tasks) => this.#write(tasks));
  /** Where the next line starts; read from what an earlier process wrote. */
  #end: number | undefined;

  constructor(database: StateDatabase, jobId: string) {
    this.#database = database;
    this.#jobId = jobId;
  }

  /** @throws StoreUnavailable when it could not be kept */
  append(task: { task_id: string }): Promise<void> {
    return this.#commit.add(task);
  }

  async *read(): AsyncGenerator {
    for await (const { document } of this.#from(0)) yield parseDocument(document);
  }

  /**
   * A range of an export as its file would have it. Ranges that follow each other make the whole, whatever the length
   * of a line.
   *
   * @param range in characters (UTF-16 units); a letter of two units belongs to where it begins
   */
  async text({ offset, length }: { offset: number; length: number }): Promise<string> {
    let text = '';
    for await (const { starts_at: at, document } of this.#from(await this.#startAt(offset))) {
      if (at > offset + length) break;
      text += `${document}\n`.slice(Math.max(0, offset - at), offset + length + 1 - at);
    }
    const start = isLowSurrogate(text, 0) && offset > 0 ? 1 : 0;
    return text.slice(start, isLowSurrogate(text, length) ? length + 1 : length);
  }

  /** Any that is there already is left out: the start of each line is the end of the one before. */
  async #write(tasks: readonly { task_id: string }[]): Promise<void> {
    let startsAt = (this.#end ??= await this.#readEnd());
    const there = await this.#lines()
      .where(
        'task_id',
        'in',
        tasks.map(({ task_id: id }) => id),
      )
      .execute();
    const known = new Set(there.map(({ task_id: id }) => id));
    const lines = tasks.flatMap((task) => {
      if (known.has(task.task_id)) return [];
      const document = JSON.stringify(task);
      const line = { job_id: this.#jobId, task_id: task.task_id, starts_at: startsAt, document };
      startsAt += document.length + 1;
      return [line];
    });
    if (lines.length > 0) await this.#database.db.insertInto('export_lines').values(lines).execute();
    this.#end = startsAt;
  }

  async #readEnd(): Promise<number> {
    const last = await this.#lines().orderBy('starts_at', 'desc').limit(1).executeTakeFirst();
    return last ? last.starts_at + last.document.length + 1 : 0;
  }

  /** Of the line that a character stands in. */
  async #startAt(offset: number): Promise<number> {
    const query = this.#lines().where('starts_at', '<=', offset).orderBy('starts_at', 'desc').limit(1);
    return (await query.executeTakeFirst())?.starts_at ?? 0;
  }

  async *#from(start: number): AsyncGenerator<{ starts_at: number; document: string }> {
    for (let next = start; ;) {
      const lines = await this.#lines()
        .where('starts_at', '>=', next)
        .where('starts_at', '<', next + CHARACTERS_AT_ONCE)
        .orderBy('starts_at')
        .execute();
      yield* lines;
      const last = lines.at(-1);
      if (!last) return;
      next = last.starts_at + last.document.length + 1;
    }
  }

  // oxlint-disable-next-line typescript/explicit-function-return-type -- the type of a query is what it is made of
  #lines() {
    return this.#database.db
      .selectFrom('export_lines')
      .select(['task_id', 'starts_at', 'document'])
      .where('job_id', '=', this.#jobId);
  }
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
