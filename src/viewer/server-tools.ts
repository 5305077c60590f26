import { refuseFailure } from './answers.ts';
import type { App } from '@modelcontextprotocol/ext-apps';
import type { CallToolResult } from '@modelcontextprotocol/client';

/** Milliseconds: a person may be asked meanwhile. */
const TIMEOUT = 600_000;

/** The tools of the server behind the host. */
export class ServerTools {
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  /** Whether this host passes calls on. */
  get areThere(): boolean {
    return this.#app.getHostCapabilities()?.serverTools !== undefined;
  }

  /** @throws CallFailure */
  async call(name: string, args: Record<string, unknown>): Promise<CallToolResult> {
    const result = await this.#app.callServerTool({ name, arguments: args }, { timeout: TIMEOUT });
    refuseFailure(result);
    return result;
  }
}
