/** What Node.js alone takes: reads the message, asks the same stub, writes the answer. No protocol, no checks. */
import { createServer } from 'node:http';
import { request } from 'undici';
import { ORIGIN, stubUpstream } from './stub-upstream.mjs';

const dispatcher = stubUpstream();
const headers = { authorization: `Basic ${Buffer.from('live_key:').toString('base64')}` };

/** @param {string} text */
async function answerTo(text) {
  /** @type {unknown} */
  const message = JSON.parse(text);
  const id = typeof message === 'object' && message !== null && 'id' in message ? message.id : null;
  const { body } = await request(`${ORIGIN}/v1/projects/road-signs`, { dispatcher, headers });
  const structuredContent = await body.json();
  const content = [{ type: 'text', text: JSON.stringify(structuredContent) }];
  return JSON.stringify({ jsonrpc: '2.0', id, result: { content, structuredContent } });
}

const http = createServer((incoming, outgoing) => {
  let text = '';
  incoming.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => (text += chunk));
  incoming.on('end', () => {
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    void answerTo(text).then((answer) => outgoing.end(answer));
  });
});
http.listen(0, '127.0.0.1', () =>
  process.stderr.write(`serving http://127.0.0.1:${http.address().port}/mcp\n`),
);
