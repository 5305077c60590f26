import { once } from 'node:events';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApprovalPages } from '../../src/access/consent/approval-page.ts';
import type { Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import type { Plan } from '../../src/access/consent/plan.ts';

const PLAN: Plan = {
  operation: 'Finalize batch',
  tool: 'scale_ai_finalize_batch',
  project: 'road <script>document.title="caught"</script> signs',
  batch: 'b1',
  tasks: 120,
  estimated_cost: '14.40 USD',
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
  pages = new ApprovalPages(Date.now);
  number += 1;
  binding = { ...binding, digest: `digest-${number}` };
  const seal = { ...binding, nonce: `nonce-${number}`, expiresAt: Date.now() + 600_000 };
  ({ url } = await pages.ask(PLAN, seal));
  const context = await browser.newContext({ javaScriptEnabled: false });
  page = await context.newPage();
  return async () => {
    await context.close();
    await pages.close();
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

  it.each([
    ['Allow', 'yes', 'Allowed.'],
    ['Refuse', 'no', 'Refused.'],
  ])('takes a click on %s, once', async (button, answer, words) => {
    await page.goto(url);
    expect(pages.take(binding)).toBeUndefined();
    await page.getByRole('button', { name: button }).click();
    expect(await page.innerText('body')).toContain(words);
    expect(pages.take(binding)).toBe(answer);
    expect(pages.take(binding)).toBeUndefined();
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
    expect(pages.take(binding)).toBeUndefined();
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
    expect(pages.take(binding)).toBeUndefined();
    await context.close();
  });
});
