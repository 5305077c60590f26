import { listedIds } from './answers.ts';
import type { Drawing } from './answers.ts';
import type { ServerTools } from './server-tools.ts';

const PAGE_SIZE = 100;

interface Source {
  filters: Record<string, string>;
  next?: string;
}

/** Tasks before and after the one that is shown: those of a sample, or else of the same batch or project. */
export class TaskQueue {
  readonly #tools: ServerTools;
  #ids: string[] = [];
  #at = -1;
  /** Where more of them are to be had; undefined when these are all. */
  #source: Source | undefined;

  constructor(tools: ServerTools) {
    this.#tools = tools;
  }

  /** Such as `2 of 9`; where others were not looked for yet, nothing is known. */
  get position(): string {
    if (this.#ids.length < 2) return '';
    const many = this.#source ? `${this.#ids.length} or more` : String(this.#ids.length);
    return this.#at < 0 ? `${many} tasks` : `${this.#at + 1} of ${many}`;
  }

  get hasPrevious(): boolean {
    return this.#at > 0;
  }

  get hasNext(): boolean {
    return this.#at < this.#ids.length - 1 || this.#source !== undefined;
  }

  /** Exactly these, before the first of them. */
  take(ids: readonly string[]): void {
    this.#ids = [...ids];
    this.#at = -1;
    this.#source = undefined;
  }

  /** The one that is shown; where it is not among those known, others are looked for beside it. */
  showing({ task_id: id, batch, project, status }: Drawing): void {
    const at = this.#ids.indexOf(id);
    if (at >= 0) {
      this.#at = at;
      return;
    }
    this.#ids = [id];
    this.#at = 0;
    const where = batch === undefined ? (project === undefined ? undefined : { project }) : { batch };
    this.#source = where && { filters: { ...where, status } };
  }

  previous(): string | undefined {
    return this.#ids[this.#at - 1];
  }

  /** @throws CallFailure where others cannot be listed */
  async next(): Promise<string | undefined> {
    while (this.#at >= this.#ids.length - 1 && this.#source) await this.#readMore(this.#source);
    return this.#ids[this.#at + 1];
  }

  async #readMore({ filters, next }: Source): Promise<void> {
    const page = listedIds(
      await this.#tools.call('scale_ai_list_tasks', {
        ...filters,
        fields: ['task_id'],
        limit: PAGE_SIZE,
        ...(next !== undefined && { next_token: next }),
      }),
    );
    const known = new Set(this.#ids);
    this.#ids.push(...page.ids.filter((id) => !known.has(id)));
    this.#source = page.next === undefined ? undefined : { filters, next: page.next };
  }
}
