import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAuditTrail } from '../../src/observability/audit/audit-trail.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { startHttp } from '../support/hosts.ts';
import { openConsoleWorld } from '../support/console-world.ts';
import { freePort } from './parts.ts';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { ConsoleWorld } from '../support/console-world.ts';

/** Where pictures of the page go, when they are wanted for docs. */
const SCREENSHOTS = process.env['SCREENSHOTS'];

const DESKTOP = { viewport: { width: 1_280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const HOSTILE = '</h3><img src=x onerror="document.title=`caught`">';

const DAY_MS = 24 * 3_600_000;
const TEMPLATE = {
  attachment: '{{url}}',
  unique_id: '{{id}}',
  instruction: 'Box every car and sign.',
  geometries: { box: { objects_to_annotate: ['car', 'sign'] } },
};

/** Of the browser that functions are sent to. */
declare const getComputedStyle: (element: unknown) => { backgroundColor: string };

let world: ConsoleWorld;
let browser: Browser;
const faults: string[] = [];
const requests: string[] = [];

beforeAll(async () => {
  world = await openConsoleWorld(
    {
      rates: { imageannotation: 0.12, segmentannotation: 2.4 },
      spend_per_day: 400,
      policy: { bulk: 'allow', delete: 'confirm' },
      scale_per_second: 12,
    },
    ['--console', '--turnaround', '20s'],
  );
  await writePast(path.join(world.directory, 'audit'));
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  await workOf();
});
afterAll(async () => {
  await browser.close();
  await world.close();
});

/** A week of calls, kept by the trail that keeps calls. */
async function writePast(directory: string): Promise<void> {
  let now = 0;
  const trail = await openAuditTrail({
    directory,
    keepDays: 365,
    onFailure: 'continue',
    version: '0.0.1',
    logger: createLogger('silent'),
    now: () => now,
  });
  const tools = [
    'scale_ai_list_tasks',
    'scale_ai_get_task',
    'scale_ai_get_batch_status',
    'scale_ai_list_projects',
  ];
  const results = [
    'ok',
    'ok',
    'ok',
    'ok',
    'ok',
    'ok',
    'ok',
    'not_found',
    'ok',
    'ok',
    'ok',
    'invalid_arguments',
    'ok',
    'ok',
    'rate_limited',
  ];
  const writing: Promise<void>[] = [];
  for (let hour = 7 * 24; hour > 0; hour -= 1) {
    const at = new Date(Date.now() - hour * 3_600_000).getUTCHours();
    const busy = at > 5 && at < 19 ? 14 + ((hour * 7) % 11) : (hour * 5) % 4;
    for (let call = 0; call < busy; call += 1) {
      now = Date.now() - hour * 3_600_000 + call * 60_000;
      const isCreation = call % 3 === 0 && at > 5 && at < 19;
      const base = {
        request_id: `req_${hour}_${call}`,
        principal: call % 4 === 0 ? 'bob' : 'ada',
        client: call % 4 === 0 ? 'nightly-labels 1.0' : 'claude-code 2.1.0',
        consequences: [],
        mode: 'sandbox' as const,
        project: 'street-signs',
        digest: '',
        args: {},
        duration_ms: 20 + ((hour * call) % 90),
      };
      if (isCreation)
        for (let task = 0; task < 30 + (hour % 40); task += 1)
          writing.push(
            trail.record({
              ...base,
              request_id: `${base.request_id}_${task}`,
              job: 'job_past',
              tool: 'scale_ai_create_image_annotation_task',
              effect: 'create',
              task_type: 'imageannotation',
              result: 'ok',
              outcome: 'done',
            }),
          );
      writing.push(
        trail.record({
          ...base,
          tool: tools[(hour + call) % tools.length] ?? '',
          effect: 'read',
          result: results[(hour * 3 + call) % results.length] ?? 'ok',
          outcome: 'no_effect',
        }),
      );
    }
    await Promise.all(writing.splice(0));
  }
  now = Date.now() - DAY_MS;
  await trail.close();
}

/** Batches at different stages, a job that goes on, one that has ended with failures, a question. */
async function workOf(): Promise<void> {
  await world.call('ada', 'create_project', { name: 'street-signs', type: 'imageannotation' });
  for (const name of ['signs-week-46', 'signs-week-47', 'signs-week-48'])
    await world.call('ada', 'create_batch', { project: 'street-signs', name });
  const rows = (many: number, batch: string, host = 'assets.example.com'): Record<string, unknown>[] =>
    Array.from({ length: many }, (_, index) => ({
      url: `https://${host}/${batch}/${index}.jpg`,
      id: `${batch}-${index}`,
    }));
  await submit('ada', 'signs-week-46', rows(24, 'signs-week-46'), 45);
  await submit('ada', 'signs-week-47', rows(18, 'signs-week-47'), 45);
  await world.call('bob', 'create_batch', { project: 'street-signs', name: 'night-run' });
  await submit('bob', 'night-run', rows(40, 'night-run'), 0);
  // In a project of this kind tasks are worked on once the batch is finalized, which a person is asked about.
  await world.call('ada', 'create_project', { name: 'night-signs', type: 'imageannotation', rapid: true });
  for (const batch of ['night-47', 'night-48']) {
    await world.call('ada', 'create_batch', { project: 'night-signs', name: batch });
    await submit('ada', batch, rows(24, batch), 45, 'night-signs');
  }
  await world.call('ada', 'finalize_batch', { batch_name: 'night-47' });
  await submit('ada', 'signs-week-48', rows(900, 'signs-week-48'), 0);
  await world.call('ada', 'get_task', { task_id: '65f0c1d2e4b0a90012ab34cd' });
}

async function submit(
  name: 'ada' | 'bob',
  batch: string,
  rows: readonly Record<string, unknown>[],
  wait: number,
  project = 'street-signs',
): Promise<Record<string, unknown>> {
  const planned = await world.call(name, 'plan_tasks', {
    type: 'imageannotation',
    template: TEMPLATE,
    project,
    batch,
    rows,
  });
  if (!planned['plan']) throw new Error(JSON.stringify(planned));
  const { plan_id: plan } = planned['plan'] as { plan_id: string };
  return world.call(name, 'submit_plan', { plan_id: plan, wait_seconds: wait });
}

async function signedIn(name: 'ada' | 'bob', options: BrowserContextOptions): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || /content security/i.test(message.text())) faults.push(message.text());
  });
  await page.goto(`${world.origin}/console`);
  await page.fill('#token', world.token(name));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect.poll(() => page.locator('#live').innerText()).toBe('live');
  return page;
}

async function keep(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

describe('the console in a browser', () => {
  it('shows what runs, in light and in dark', async () => {
    const page = await signedIn('ada', { ...DESKTOP, colorScheme: 'light' });
    const jobs = page.locator('#jobs');
    await expect.poll(() => jobs.innerText()).toMatch(/of 900 \(\d+ %\)[^]*per second[^]*left/);
    await expect.poll(() => page.locator('#batches').innerText()).toMatch(/signs-week-46[^]*of 24/);
    await expect.poll(() => page.locator('#spend').innerText()).toMatch(/ada[^]*of 400\.00 USD/);
    expect(await page.locator('#failures').innerText()).toContain('not_found');
    expect(await page.locator('svg.plot').count()).toBe(2);
    expect(await page.locator('#calls svg rect.bad').count()).toBe(24);
    const ground = (): Promise<string> =>
      page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
    expect(await ground()).toBe('rgb(244, 245, 247)');
    await keep(page, 'console-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).toBe('rgb(15, 17, 21)');
    await keep(page, 'console-dark');
    await page.context().close();
  });

  it('brings news without a reload, and leaves open what is open and the focus where it is', async () => {
    const page = await signedIn('ada', DESKTOP);
    const cancel = page.locator('#jobs details.cancel').first();
    await cancel.locator('summary').click();
    const button = cancel.getByRole('button', { name: 'Cancel this job' });
    await button.focus();
    const before = await page.locator('#jobs .facts').first().innerText();
    await world.call('bob', 'create_batch', { project: HOSTILE, name: 'x' });
    await expect.poll(() => page.locator('#calls').innerText()).toContain(HOSTILE);
    expect(await page.title()).toBe('(1) Console');
    await expect.poll(() => page.locator('#jobs .facts').first().innerText()).not.toBe(before);
    expect(await cancel.getAttribute('open')).not.toBeNull();
    expect(await button.evaluate((element) => element.matches(':focus'))).toBe(true);
    await page.context().close();
  });

  it('takes a yes by a click: the call goes through, and the question is gone', async () => {
    const page = await signedIn('ada', DESKTOP);
    await expect.poll(() => page.locator('#approvals .question').count()).toBe(1);
    expect(await page.title()).toBe('(1) Console');
    expect(await page.locator('#approvals').innerText()).toContain('2.88 USD');
    await page.getByRole('button', { name: 'Allow' }).click();
    await expect.poll(() => page.locator('.said').innerText()).toContain('Allowed.');
    await expect.poll(() => page.locator('#approvals').innerText()).toContain('Nothing waits for your yes.');
    expect(await page.title()).toBe('Console');
    const answer = await world.call('ada', 'finalize_batch', { batch_name: 'night-47' });
    expect(answer).toMatchObject({ summary: expect.stringContaining('Finalized') });
    expect(new URL(page.url()).search).toBe('');
    await page.context().close();
  });

  it('fits a phone: nothing is cut off, and buttons can be hit', async () => {
    await world.call('ada', 'finalize_batch', { batch_name: 'night-48' });
    const page = await signedIn('ada', { ...PHONE, colorScheme: 'dark' });
    await expect.poll(() => page.locator('#batches').innerText()).toContain('signs-week-46');
    await page.locator('#jobs details.cancel summary').first().click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    for (const button of await page.getByRole('button').all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    await page.locator('#jobs details.cancel summary').first().click();
    await keep(page, 'console-phone-dark');
    await page.context().close();
  });

  it('works by keys alone and without its script', async () => {
    const page = await (await browser.newContext({ ...DESKTOP, javaScriptEnabled: false })).newPage();
    await page.goto(`${world.origin}/console`);
    await page.keyboard.type(world.token('ada'));
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#approvals').innerText()).toContain('Allow this at Scale AI?');
    await page.getByRole('button', { name: 'Refuse' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.said').innerText()).toContain('Refused.');
    expect(await page.locator('#live').innerText()).toContain('UTC; reload for more');
    await page.context().close();
  });

  it('cancels a job in two steps, with a yes of its own where the policy asks for one', async () => {
    const page = await signedIn('ada', DESKTOP);
    await page.locator('#jobs details.cancel summary').first().click();
    await page.getByRole('button', { name: 'Cancel this job' }).click();
    await expect.poll(() => page.locator('.said').innerText()).toContain('asks you first');
    await page.getByRole('button', { name: 'Allow' }).last().click();
    await expect.poll(() => page.locator('.said').innerText()).toContain('carried out');
    await expect.poll(() => page.locator('#jobs').innerText()).toContain('cancelled');
    await page.context().close();
  });

  it('says when it is cut off, and goes on by itself', async () => {
    const port = String(await freePort());
    const start = (): ReturnType<typeof startHttp> =>
      startHttp(['--sandbox', '--console', '--port', port], {});
    const server = await start();
    const context = await browser.newContext(DESKTOP);
    const page = await context.newPage();
    await page.goto(new URL('/console', server.url).href);
    const live = page.locator('#live');
    await expect.poll(() => live.innerText()).toBe('live');
    await server.stop();
    await expect.poll(() => live.innerText()).toBe('disconnected, trying again');
    const again = await start();
    await expect.poll(() => live.innerText()).toBe('live');
    await again.stop();
    await context.close();
  });

  it('broke no policy, asked nobody but its server, and ran nothing that others wrote', () => {
    expect(faults.join('\n')).toBe('');
    expect(requests.filter((url) => !url.startsWith(world.origin) && !url.startsWith('data:'))).toEqual([]);
    expect(requests.join(' ')).not.toContain('smcp_');
  });
});
