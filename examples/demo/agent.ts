import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Answer } from './answer.ts';
import type { Screen } from './screen.ts';

/** A scripted agent: an MCP client that shows every call it makes. */
export class Agent {
  readonly #client: Client;
  readonly #screen: Screen;
  readonly tools: number;

  private constructor(client: Client, screen: Screen, tools: number) {
    this.#client = client;
    this.#screen = screen;
    this.tools = tools;
  }

  /** Starts the server as a host would, over stdio. */
  static async start(screen: Screen, args: string[]): Promise<Agent> {
    const client = new Client({ name: 'demo', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' }));
    const { tools } = await client.listTools();
    return new Agent(client, screen, tools.length);
  }

  get server(): string {
    const info = this.#client.getServerVersion();
    return `${info?.name ?? 'server'} ${info?.version ?? ''}`;
  }

  /** @throws Error when the tool answers with an error */
  async call(name: string, args: Record<string, unknown>, { quiet = false } = {}): Promise<Answer> {
    if (!quiet) this.#screen.call(name, args);
    const result = await this.#client.callTool({ name, arguments: args });
    const [first] = result.content;
    const text = first?.type === 'text' ? first.text : '';
    if (result.isError) throw new Error(`${name} failed: ${text}`);
    const answer = new Answer(JSON.parse(text));
    if (!quiet) this.#screen.answer(answer.text('summary'));
    return answer;
  }

  /** The picture that a tool shows beside its answer. */
  async picture(name: string, args: Record<string, unknown>): Promise<Buffer> {
    this.#screen.call(name, args);
    const { content, isError } = await this.#client.callTool({ name, arguments: args });
    const [text, image] = content;
    const said = text?.type === 'text' ? text.text : '';
    if (isError === true || image?.type !== 'image') throw new Error(`${name} showed no picture: ${said}`);
    this.#screen.answer(new Answer(JSON.parse(said)).text('summary'));
    return Buffer.from(image.data, 'base64');
  }

  stop(): Promise<void> {
    return this.#client.close();
  }
}
