import { CallFailure } from './answers.ts';
import { button, byId, element } from './elements.ts';
import type { App } from '@modelcontextprotocol/ext-apps';
import type { Drawing } from './answers.ts';
import type { ServerTools } from './server-tools.ts';
import type { Status } from './status.ts';

/** Why nobody who uses this server can judge results here; the form is taken away. */
const NEVER = new Set(['tool_not_enabled', 'read_only', 'not_permitted', 'blocked']);

interface Parts {
  app: App;
  tools: ServerTools;
  status: Status;
  /** After a verdict was taken. */
  judged: () => void;
}

/** Accepts or rejects the result of the task that is shown. Where a person must agree, the host or a page asks. */
export class Verdict {
  readonly #form = byId('verdict', HTMLFormElement);
  readonly #comment = byId('comment', HTMLTextAreaElement);
  readonly #review = byId('review', HTMLParagraphElement);
  readonly #buttons: readonly HTMLButtonElement[];
  readonly #parts: Parts;
  #taskId = '';
  #isPossible = true;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#buttons = [
      button('accept', () => void this.#send(true)),
      button('reject', () => void this.#send(false)),
    ];
    this.#form.addEventListener('submit', (event) => event.preventDefault());
  }

  show({ task_id: id, status, review_status: review }: Drawing): void {
    if (id !== this.#taskId) this.#comment.value = '';
    this.#taskId = id;
    this.#form.hidden = !this.#isPossible || status !== 'completed' || !this.#parts.tools.areThere;
    this.#review.textContent = review === undefined ? '' : `Reviewed: ${review}`;
  }

  /** Puts the keyboard on a button; nothing is sent yet. */
  focus(which: 'accept' | 'reject'): void {
    if (!this.#form.hidden) this.#buttons[which === 'accept' ? 0 : 1]?.focus();
  }

  async #send(accepted: boolean): Promise<void> {
    const { tools, status, judged } = this.#parts;
    const id = this.#taskId;
    const comments = this.#comment.value.trim();
    for (const one of this.#buttons) one.disabled = true;
    status.say(accepted ? 'Accepting…' : 'Rejecting…');
    try {
      await tools.call('scale_ai_audit_task', {
        task_id: id,
        accepted,
        ...(comments !== '' && { comments }),
      });
      const word = accepted ? 'accepted' : 'rejected';
      if (id === this.#taskId) this.#review.textContent = `Reviewed: ${word}`;
      status.say(`Task ${id} is ${word}.`, 'done');
      void this.#tellModel(`The user ${word} the result of task ${id} in the labels view.`);
      judged();
    } catch (error) {
      this.#explain(error, accepted);
    } finally {
      for (const one of this.#buttons) one.disabled = false;
    }
  }

  #explain(error: unknown, accepted: boolean): void {
    const { app, status } = this.#parts;
    if (!(error instanceof CallFailure)) return status.fail(error);
    if (NEVER.has(error.code)) {
      this.#isPossible = false;
      this.#form.hidden = true;
    }
    const { approveAt } = error;
    if (approveAt === undefined) return status.fail(error);
    const open = element('button', { text: 'Open the page that asks you' });
    const again = element('button', { text: 'I have allowed it: send' });
    open.addEventListener('click', () => void app.openLink({ url: approveAt }));
    again.addEventListener('click', () => void this.#send(accepted));
    status.ask(`This needs your yes. It is asked at ${approveAt}`, [open, again]);
  }

  /** What a person did here is news to the conversation, where the host passes it on. */
  async #tellModel(text: string): Promise<void> {
    const { app } = this.#parts;
    if (!app.getHostCapabilities()?.updateModelContext) return;
    await app.updateModelContext({ content: [{ type: 'text', text }] }).catch(() => undefined);
  }
}
