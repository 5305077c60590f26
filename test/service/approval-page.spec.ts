import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allowLocalFiles } from '../../src/access/local-files.ts';
import { ApprovalPages } from '../../src/access/consent/approval-page.ts';
import { Questions } from '../../src/access/consent/questions.ts';
import { openSqlite } from '../../src/state/sqlite.ts';
import type { Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import type { Plan } from '../../src/access/consent/plan.ts';

const PLAN: Plan = {
  operation: 'Finalize batch',
  tool: 'scale_ai_finalize_batch',
  project: 'road <script>document.title="caught"</script> signs',
  batch: 'b1',
  tasks: 120,
  rate: '0.12 USD',
  estimated_cost: '14.40 USD',
  details: { Instruction: 'Box every sign, however small.', 'Asks for': 'box: sign, car; polygon: lane' },
  attachments: [
    'https://images.example.com/a.jpg?x="><script>1</script>',
    'http://127.0.0.1:9/local.jpg',
    path.resolve('examples/road-signs/busy-street.jpg'),
  ],
  mode: 'live',
  effect: 'update',
  consequences: ['billable', 'irreversible'],
  allows: 'this call, once',
};

let browser: Browser;
let page: Page;
let pages: ApprovalPages;
let url = '';
let number = 0;
let binding = { principal: 'local', tool: PLAN.tool, digest: '' };

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(() => browser.close());

beforeEach(async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'approval-'));
  const database = await openSqlite(path.join(directory, 'state.sqlite'));
  const files = await allowLocalFiles(['examples']);
  pages = new ApprovalPages(directory, new Questions(async () => database, Date.now), files);
  number += 1;
  binding = { ...binding, digest: `digest-${number}` };
  const seal = { ...binding, nonce: `nonce-${number}`, expiresAt: Date.now() + 600_000 };
  ({ url } = await pages.ask(PLAN, seal));
  const context = await browser.newContext({ javaScriptEnabled: false });
  page = await context.newPage();
  return async () => {
    await context.close();
    await pages.close();
    await database.close();
    await rm(directory, { recursive: true });
  };
});

describe('the approval page in a browser without scripts', () => {
  it('shows the whole plan as text', async () => {
    await page.goto(url);
    const text = await page.innerText('body');
    for (const words of ['Finalize batch', 'b1', '120', '14.40 USD', 'it cannot be undone', '<script>']) {
      expect(text).toContain(words);
    }
    expect(await page.title()).toBe('scale-ai-mcp');
  });

  it('shows what people are to do, and what happens at either button', async () => {
    await page.goto(url);
    const text = await page.innerText('body');
    for (const words of [
      'Box every sign',
      'polygon: lane',
      '0.12 USD for a task',
      'busy-street.jpg',
      'Refuse: nothing is sent',
    ])
      expect(text).toContain(words);
  });

  it('shows pictures of the web, and has the browser fetch nothing else', async () => {
    const asked: string[] = [];
    const pictures: unknown[] = [];
    page.on('response', (response) =>
      pictures.push([
        new URL(response.url()).pathname,
        response.status(),
        response.headers()['content-type'],
      ]),
    );
    page.on('request', (request) => asked.push(new URL(request.url()).host));
    await page.route('https://images.example.com/**', (route) =>
      route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }),
    );
    const response = await page.goto(url);
    expect(await page.locator('img').count()).toBe(2);
    expect(response?.headers()['content-security-policy']).toContain(
      "img-src https://images.example.com 'self';",
    );
    expect(pictures).toContainEqual([`${new URL(url).pathname}/2`, 200, 'image/jpeg']);
    const { status } = await fetch(`${url}/1`);
    expect(status).toBe(404);
    expect(new Set(asked)).toEqual(new Set([new URL(url).host, 'images.example.com']));
  });

  it.each([
    ['light', 1_280],
    ['dark', 1_280],
    ['light', 320],
    ['dark', 320],
  ] as const)('can be read in %s at %d pixels', async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 700 });
    await page.goto(url);
    const body = page.locator('body');
    const box = await body.boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
    const table = await page.locator('table').boundingBox();
    expect(table?.width ?? 0).toBeLessThanOrEqual(width);
    for (const name of ['Allow', 'Refuse']) {
      const button = await page.getByRole('button', { name }).boundingBox();
      expect((button?.x ?? 0) + (button?.width ?? width + 1)).toBeLessThanOrEqual(width);
    }
  });

  it.each([
    ['Allow', 'yes', 'Allowed.'],
    ['Refuse', 'no', 'Refused.'],
  ])('takes a click on %s, once', async (button, answer, words) => {
    await page.goto(url);
    expect(await pages.take(binding)).toBeUndefined();
    await page.getByRole('button', { name: button }).click();
    expect(await page.innerText('body')).toContain(words);
    expect(await pages.take(binding)).toBe(answer);
    expect(await pages.take(binding)).toBeUndefined();
  });
});

describe('another site in the same browser', () => {
  let attacker: Server;
  let attackerUrl = '';
  let html = '';

  beforeEach(async () => {
    attacker = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(html);
    });
    attacker.listen(0, '127.0.0.1');
    await once(attacker, 'listening');
    const address = attacker.address();
    attackerUrl = `http://localhost:${typeof address === 'object' && address ? address.port : 0}/`;
    return () => {
      attacker.closeAllConnections();
      attacker.close();
    };
  });

  it('cannot click for the user, even knowing the address', async () => {
    html = `<form method="post" action="${url}"><input name="token" value="x"><button name="answer" value="yes">Win</button></form>`;
    await page.goto(attackerUrl);
    await page.getByRole('button').click();
    expect(await page.innerText('body')).toContain('did not come from the page');
    expect(await pages.take(binding)).toBeUndefined();
  });

  it('cannot put the page into a frame', async () => {
    html = `<iframe src="${url}"></iframe>`;
    await page.goto(attackerUrl);
    const [, frame] = page.frames();
    expect(await frame?.getByRole('button', { name: 'Allow' }).count()).toBe(0);
  });

  it('cannot read or post by script', async () => {
    const context = await browser.newContext();
    const scripted = await context.newPage();
    html = '<p>attacker</p>';
    await scripted.goto(attackerUrl);
    const tried = await scripted.evaluate(async (target) => {
      const read = await fetch(target).then(
        (response) => response.text(),
        () => 'blocked',
      );
      await fetch(target, { method: 'POST', mode: 'no-cors', body: 'token=x&answer=yes' }).catch(
        () => undefined,
      );
      return read;
    }, url);
    expect(tried).toBe('blocked');
    expect(await pages.take(binding)).toBeUndefined();
    await context.close();
  });
});
