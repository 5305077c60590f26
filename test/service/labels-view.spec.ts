import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../support/hosts.ts';
import { startChatHost } from './viewer/chat-host.ts';
import { BATCH, call, environment, labeledStreets, startServer } from '../support/labeled-streets.ts';
import type { Client } from '@modelcontextprotocol/client';
import type { Browser, BrowserContextOptions, FrameLocator, Locator, Page } from 'playwright-core';

/** Of the browser that functions are sent to. */
declare const getComputedStyle: (element: unknown) => { backgroundColor: string };

/** Where pictures of the page go, when they are wanted for docs. */
const SCREENSHOTS = process.env['SCREENSHOTS'];

const ALL_CAPABILITIES = { serverTools: {}, openLinks: {}, updateModelContext: { text: {} } };
const DESKTOP = { viewport: { width: 1_000, height: 580 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let directory = '';
let browser: Browser;
let ids: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'labels-view-'));
  const client = await startServer(directory);
  ids = await labeledStreets(client);
  await client.close();
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser.close();
  await rm(directory, { recursive: true });
});

/** What stands in the page, wherever the page stands. */
function parts(
  root: FrameLocator | Page,
): Record<
  | 'frame'
  | 'image'
  | 'legend'
  | 'moved'
  | 'next'
  | 'notes'
  | 'outlines'
  | 'position'
  | 'raster'
  | 'review'
  | 'status'
  | 'title',
  Locator
> {
  const at = (id: string): Locator => root.locator(`#${id}`);
  return {
    frame: at('frame-choice'),
    image: at('image'),
    legend: at('legend'),
    moved: at('moved'),
    next: at('next'),
    notes: at('notes'),
    outlines: root.locator('#outlines > g'),
    position: at('position'),
    raster: at('raster'),
    review: at('review'),
    status: at('status'),
    title: at('title'),
  };
}

/** Outlines of each label, those that came with the task among them. */
async function counted(legend: Locator): Promise<number[]> {
  return legend.locator('.count').evaluateAll((counts) =>
    counts.map((count) => {
      const [, result, given = '0'] = /(\d+)(?:\D+(\d+))?/.exec(count.title || count.textContent) ?? [];
      return Number(result) + Number(given);
    }),
  );
}

async function keep(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS !== undefined)
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

describe('scale-ai-mcp view', () => {
  let url = '';
  let stop: () => Promise<void>;
  let page: Page;
  const requests: string[] = [];
  const faults: string[] = [];

  beforeAll(async () => {
    ({ url, stop } = await startView(['--batch', BATCH]));
    page = await newPage({ ...DESKTOP, colorScheme: 'dark' }, faults);
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(url);
  });
  afterAll(async () => {
    await page.context().close();
    await stop();
  });

  it('shows a sample, and its tasks one after the other by keys', async () => {
    const { title, position, outlines, legend } = parts(page);
    await expect.poll(() => title.innerText()).toContain('3 tasks of 3 completed tasks');
    await keep(page, 'viewer-sample-dark');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => position.innerText()).toBe('1 of 3');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => position.innerText()).toBe('2 of 3');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => position.innerText()).toBe('1 of 3');
    const sum = (await counted(legend)).reduce((all, one) => all + one, 0);
    expect(sum).toBeGreaterThan(0);
    expect(await outlines.count()).toBe(sum);
    await keep(page, 'viewer-task-dark');
  });

  it('takes labels away, all of them or one', async () => {
    const { outlines, legend } = parts(page);
    const visible = async (): Promise<number> => page.locator('#outlines > g:not([hidden])').count();
    const all = await outlines.count();
    await page.keyboard.press('l');
    expect(await visible()).toBe(0);
    await page.keyboard.press('l');
    expect(await visible()).toBe(all);
    const first = legend.locator('li').first();
    const [many = 0] = await counted(first);
    await first.locator('input').uncheck();
    expect(await visible()).toBe(all - many);
    await first.locator('input').check();
    expect(await visible()).toBe(all);
  });

  it('zooms by wheel and keys, moves by drag, and shows all again', async () => {
    const { moved } = parts(page);
    const where = async (): Promise<string> => (await moved.getAttribute('transform')) ?? '';
    await page.locator('#stage').hover();
    await page.mouse.wheel(0, -400);
    await expect.poll(where).not.toContain('scale(1)');
    const zoomed = await where();
    await page.mouse.down();
    await page.mouse.move(500, 330, { steps: 4 });
    await page.mouse.up();
    expect(await where()).not.toBe(zoomed);
    await keep(page, 'viewer-zoomed-dark');
    await page.keyboard.press('0');
    expect(await where()).toBe('translate(0,0) scale(1)');
    await page.keyboard.press('+');
    expect(await where()).toContain('scale(1.4)');
    await page.keyboard.press('-');
    await expect.poll(where).toContain('scale(1)');
  });

  it('asks before a verdict is sent, and sends nothing after a no', async () => {
    const { review, status } = parts(page);
    await page.fill('#comment', 'A sign is missing.');
    await page.click('#reject');
    const question = page.locator('#question-text');
    await expect.poll(() => question.innerText()).toContain('Comments: A sign is missing.');
    await keep(page, 'viewer-question-dark');
    await page.click('#refuse');
    await expect.poll(() => status.innerText()).toMatch(/declined|refused|said no/i);
    expect(await review.innerText()).not.toContain('rejected');
  });

  it('sends a verdict after a yes', async () => {
    const { review, status } = parts(page);
    await page.keyboard.press('Escape');
    await page.click('#accept');
    await expect.poll(() => page.locator('#question-text').innerText()).toContain('Verdict: accepted');
    await page.click('#agree');
    await expect.poll(() => status.innerText()).toContain('is accepted');
    await page.click('#next');
    await page.click('#previous');
    await expect.poll(() => review.innerText()).toBe('Reviewed: accepted');
  });

  it('asked nobody but the server it came from, and broke no policy', () => {
    const { origin } = new URL(url);
    expect(requests.filter((asked) => !asked.startsWith(origin) && !asked.startsWith('data:'))).toEqual([]);
    expect(requests.join(' ')).not.toContain('token');
    expect(faults.join('\n')).toBe('');
  });

  it('lets nobody in without the token', async () => {
    const other = await newPage(DESKTOP, []);
    await other.goto(url.replace(/token=[^&]+/, 'token=wrong'));
    await expect.poll(() => parts(other).status.innerText()).toMatch(/invalid_token|unauthorized|401/i);
    await other.context().close();
  });
});

describe('the page within a chat', () => {
  let client: Client;
  let host: { url: string; close(): Promise<void> };
  beforeAll(async () => {
    client = await startServer(directory);
    host = await startChatHost(client);
  });
  afterAll(async () => {
    await host.close();
    await client.close();
  });

  interface Chat {
    page: Page;
    view: FrameLocator;
    links: string[];
    told: string[];
    faults: string[];
  }

  async function openChat(
    args: Record<string, unknown>,
    options: BrowserContextOptions & { tool?: string; capabilities?: object; theme?: string } = {},
  ): Promise<Chat> {
    const { tool = 'show_task', capabilities = ALL_CAPABILITIES, theme = 'light', ...context } = options;
    const faults: string[] = [];
    const [links, told]: [string[], string[]] = [[], []];
    const page = await newPage({ ...DESKTOP, ...context }, faults);
    await page.exposeFunction('callTool', (params: { name: string }) => client.callTool(params));
    await page.exposeFunction('openLink', (link: string) => void links.push(link));
    await page.exposeFunction('tellModel', (text: string) => void told.push(text));
    await page.goto(host.url);
    const { result } = await call(client, tool, args);
    const shown = { arguments: args, result, capabilities, context: { theme } };
    await page.evaluate(`window.showAnswer(${JSON.stringify(shown)})`);
    return { page, view: page.frameLocator('iframe'), links, told, faults };
  }

  it('shows a task as the host looks, and looks anew when the host does', async () => {
    const { page, view, faults } = await openChat({ task_id: ids[0] });
    const { title, outlines, image } = parts(view);
    await expect.poll(() => title.innerText()).toContain(`Task ${ids[0]}`);
    expect(await outlines.count()).toBeGreaterThan(3);
    expect(await image.getAttribute('href')).toMatch(/^data:image\/(jpeg|png);base64,/);
    const background = (): Promise<unknown> =>
      view.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
    expect(await background()).toBe('rgb(255, 255, 255)');
    await keep(page, 'viewer-chat-light');
    await page.evaluate("window.changeTheme('dark')");
    await expect.poll(background).toBe('rgb(28, 28, 30)');
    expect(faults.join('\n')).toBe('');
    await page.context().close();
  });

  it('finds the tasks beside one that was shown alone', async () => {
    const { page, view } = await openChat({ task_id: ids[2] });
    const { title, next, position } = parts(view);
    await expect.poll(() => title.innerText()).toContain(`Task ${ids[2]}`);
    await next.click();
    await expect.poll(() => position.innerText()).toBe('2 of 3');
    expect(await title.innerText()).not.toContain(`Task ${ids[2]}`);
    await page.context().close();
  });

  it('puts a mask over the picture, and takes it off', async () => {
    const { page, view } = await openChat({ task_id: ids[3] });
    const { raster, legend } = parts(view);
    await expect.poll(() => raster.getAttribute('href')).toMatch(/^data:image/);
    expect(await legend.innerText()).toContain('road');
    await keep(page, 'viewer-mask-light');
    await view.locator('#labels').click();
    expect(await raster.isVisible()).toBe(false);
    await page.context().close();
  });

  it('leads to the page that asks, where the host cannot ask, and tells the model what was decided', async () => {
    const { page, view, links, told } = await openChat({ task_id: ids[1] });
    const { status, review } = parts(view);
    await view.locator('#reject').click();
    await view.getByRole('button', { name: 'Open the page that asks you' }).click();
    await expect.poll(() => links.length).toBe(1);
    const asking = await newPage(DESKTOP, []);
    await asking.goto(links[0] ?? '');
    await asking.click('button[value="yes"]');
    await asking.context().close();
    await view.getByRole('button', { name: 'I have allowed it: send' }).click();
    await expect.poll(() => status.innerText()).toContain('is rejected');
    expect(await review.innerText()).toBe('Reviewed: rejected');
    await expect.poll(() => told.join()).toContain(`rejected the result of task ${ids[1]}`);
    await page.context().close();
  });

  it('fits a phone: nothing is cut off, buttons can be hit', async () => {
    const { page, view, faults } = await openChat({ batch: BATCH }, { ...PHONE, tool: 'show_sample' });
    const { title, next } = parts(view);
    await expect.poll(() => title.innerText()).toContain('3 tasks');
    await next.tap();
    await expect.poll(() => title.innerText()).toContain('Task ');
    const overflow = await view.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
    expect(overflow).toBe(0);
    const buttons = await view.getByRole('button').all();
    expect(buttons.length).toBeGreaterThan(6);
    for (const button of buttons) expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    await keep(page, 'viewer-phone-light');
    expect(faults.join('\n')).toBe('');
    await page.context().close();
  });

  it('shows the picture as it came where the host passes no calls on', async () => {
    const { page, view } = await openChat({ task_id: ids[0] }, { capabilities: {} });
    const { image, next } = parts(view);
    await expect.poll(() => image.getAttribute('href')).toMatch(/^data:image/);
    expect(await next.isDisabled()).toBe(true);
    expect(await view.locator('#verdict').isVisible()).toBe(false);
    await page.context().close();
  });
});

async function newPage(options: BrowserContextOptions, faults: string[]): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // The stream that a client may ask for is not there: 405 is its right answer.
    if (message.type() === 'error' && !message.text().includes('405')) faults.push(message.text());
  });
  return page;
}

async function startView(args: readonly string[]): Promise<{ url: string; stop: () => Promise<void> }> {
  const view = spawn(process.execPath, [CLI, 'view', '--sandbox', '--turnaround=1ms', ...args], {
    env: environment(directory),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => {
    view.on('exit', () => resolve());
  });
  const url = await new Promise<string>((resolve) => {
    createInterface({ input: view.stdout }).on('line', (line) => {
      const [, address] = /^Open (\S+)/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
  return {
    url,
    async stop() {
      view.kill('SIGTERM');
      await ended;
    },
  };
}
