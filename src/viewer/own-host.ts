import { Client, InMemoryTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { AppBridge } from '@modelcontextprotocol/ext-apps/app-bridge';
import { button, byId } from './elements.ts';
import type { Transport } from '@modelcontextprotocol/client';

/** Milliseconds: a person may be asked meanwhile. */
const TIMEOUT = 600_000;

/** Milliseconds. The server takes a sooner refusal for the client's own; here it is always a person's. */
const SOONEST_REFUSAL = 3_100;

/** What `scale-ai-mcp view` puts behind the `#` of its address, which browsers send nowhere. */
interface Opened {
  token: string;
  tool: string;
  arguments: Record<string, unknown>;
}

/**
 * The host of this page where it stands alone, without a chat around it: a client of the server that it came from,
 * which asks the person in a dialog.
 *
 * @returns the end that the page talks to
 */
export async function openOwnHost(version: string): Promise<Transport> {
  button('agree', () => byId('question', HTMLDialogElement).close('yes'));
  button('refuse', () => byId('question', HTMLDialogElement).close('no'));
  const { token, tool, arguments: args } = opened();
  const identity = { name: 'scale-ai-mcp-view', version };
  const client = new Client(identity, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    const soonest = delay(SOONEST_REFUSAL);
    if (await isAllowed(params.message)) return { action: 'accept', content: { agree: true } };
    await soonest;
    return { action: 'decline' };
  });
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(
    new StreamableHTTPClientTransport(new URL('/mcp', location.href), { requestInit: { headers } }),
  );
  const bridge = new AppBridge(null, identity, { serverTools: {}, openLinks: {} });
  bridge.oncalltool = (params) => client.callTool(params, { timeout: TIMEOUT });
  bridge.onopenlink = async ({ url }) => ({ isError: window.open(url, '_blank', 'noopener') === null });
  bridge.oninitialized = () => {
    void (async () => {
      await bridge.sendToolInput({ arguments: args });
      const result = await client.callTool({ name: tool, arguments: args }, { timeout: TIMEOUT });
      await bridge.sendToolResult(result);
    })();
  };
  const [near, far] = InMemoryTransport.createLinkedPair();
  await bridge.connect(near);
  return far;
}

function opened(): Opened {
  const given = new URLSearchParams(location.hash.slice(1));
  const { token = '', ...asked } = Object.fromEntries(given);
  return {
    token,
    tool: 'task_id' in asked ? 'scale_ai_show_task' : 'scale_ai_show_sample',
    arguments: asked,
  };
}

async function isAllowed(question: string): Promise<boolean> {
  const dialog = byId('question', HTMLDialogElement);
  byId('question-text', HTMLParagraphElement).textContent = question;
  dialog.returnValue = '';
  dialog.showModal();
  byId('refuse', HTMLButtonElement).focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
