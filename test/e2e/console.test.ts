import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConsoleWorld } from '../support/console-world.ts';
import { Visitor } from '../support/console-visitor.ts';
import { startHttp } from '../support/hosts.ts';
import type { ConsoleWorld } from '../support/console-world.ts';

let world: ConsoleWorld;

beforeAll(async () => {
  world = await openConsoleWorld(
    { policy: { bulk: 'allow', delete: 'confirm' }, rates: { imageannotation: 0.5 } },
    ['--console', '--scale-per-second', '3'],
  );
  // Tasks wait for their batch to be finalized, so that what is asked about stays as it is.
  await world.call('ada', 'create_project', { name: 'signs', type: 'imageannotation', rapid: true });
});
afterAll(() => world.close());

async function signedIn(name: 'ada' | 'bob' | 'eve'): Promise<Visitor> {
  const visitor = new Visitor(world.origin);
  expect((await visitor.signIn(world.token(name))).status).toBe(303);
  return visitor;
}

async function records(): Promise<Record<string, unknown>[]> {
  const folder = path.join(world.directory, 'audit');
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A job that takes a while. */
async function begin(name: 'ada' | 'bob', batch: string): Promise<string> {
  await world.call(name, 'create_batch', { project: 'signs', name: batch });
  const rows = Array.from({ length: 300 }, (_, index) => ({
    url: `https://x.example/${batch}/${index}.jpg`,
  }));
  const template = { attachment: '{{url}}', geometries: { box: { objects_to_annotate: ['car'] } } };
  const planned = await world.call(name, 'plan_tasks', {
    type: 'imageannotation',
    project: 'signs',
    batch,
    rows,
    template,
  });
  const { plan_id: plan } = planned['plan'] as { plan_id: string };
  const { job } = await world.call(name, 'submit_plan', { plan_id: plan, wait_seconds: 0 });
  return (job as { job_id: string }).job_id;
}

async function finalize(name: 'ada' | 'bob', batch: string): Promise<Record<string, unknown>> {
  return world.call(name, 'finalize_batch', { batch_name: batch });
}

describe('a server without --console', () => {
  it.each(['/console', '/console/events', '/console/sign-in'])('has nothing at %s', async (address) => {
    const server = await startHttp(['--sandbox'], {});
    try {
      const { origin } = new URL(server.url);
      expect((await fetch(origin + address)).status).toBe(404);
    } finally {
      await server.stop();
    }
  });
});

describe('on loopback without tokens', () => {
  it('shows everything to whoever sits there, and has no way to sign in', async () => {
    const server = await startHttp(['--sandbox', '--console'], {});
    try {
      const visitor = new Visitor(new URL(server.url).origin);
      const page = await visitor.page();
      for (const words of ['Approvals', 'Jobs', 'Batches', 'Failures by cause', 'Your limits'])
        expect(page).toContain(words);
      expect(page).not.toContain('Sign out');
      expect(await visitor.follow((text) => text.includes('street-scenes'))).toContain('"batches"');
    } finally {
      await server.stop();
    }
  });
});

describe('signing in', () => {
  it('takes a token of this server, and keeps it out of pages, addresses and logs', async () => {
    const visitor = new Visitor(world.origin);
    expect(await visitor.page()).toContain('Your token for this server');
    expect(await visitor.page()).not.toContain('Batches');
    const response = await visitor.signIn(world.token('ada'));
    expect(response.headers.get('location')).toBe('/console');
    expect(visitor.attributes).toContain('HttpOnly; SameSite=Strict');
    expect(visitor.attributes).toContain('Path=/console');
    const page = await visitor.page();
    expect(page).toContain('Sign out');
    for (const text of [page, visitor.cookie, world.log()]) expect(text).not.toContain(world.token('ada'));
  });

  it('marks the cookie as one for https behind a proxy that says so', async () => {
    const visitor = new Visitor(world.origin);
    await visitor.post('/console/sign-in', { token: world.token('ada') }, { 'x-forwarded-proto': 'https' });
    expect(visitor.attributes).toContain('Secure');
  });

  it.each([
    ['a wrong token', 'smcp_wrong', {}],
    ['a form of another site', undefined, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a form of a site beside it', undefined, { 'sec-fetch-site': 'same-site' }],
  ])('refuses %s', async (_what, token, headers) => {
    const visitor = new Visitor(world.origin);
    const response = await visitor.post('/console/sign-in', { token: token ?? world.token('ada') }, headers);
    expect([303, 403]).toContain(response.status);
    expect(response.headers.get('location')).toBe(
      response.status === 303 ? '/console?said=wrong_token' : null,
    );
    expect(visitor.cookie).toBe('');
  });

  it.each([
    ['a cookie that was changed', (cookie: string) => `${cookie.slice(0, -4)}AAAA`],
    ['a cookie of an own making', () => 'scale_mcp_console=eyJhbGciOiJub25lIn0..x.y.z'],
    ['no cookie', () => ''],
  ])('lets nobody in with %s', async (_what, changed) => {
    const visitor = await signedIn('ada');
    const response = await fetch(`${world.origin}/console`, { headers: { cookie: changed(visitor.cookie) } });
    expect(await response.text()).toContain('Your token for this server');
  });

  it('ends with a click, for a copy of the cookie, too', async () => {
    const visitor = await signedIn('bob');
    const { cookie } = visitor;
    const [, token = ''] = /sign-out"[^]*?value="([^"]+)"/.exec(await visitor.page()) ?? [];
    expect((await visitor.post('/console/sign-out', { token: 'other' })).status).toBe(403);
    await visitor.post('/console/sign-out', { token });
    const response = await fetch(`${world.origin}/console`, { headers: { cookie } });
    expect(await response.text()).toContain('Your token for this server');
  });
});

describe('approving', () => {
  it('lets the call through once, for who was asked and nobody else, and is recorded', async () => {
    const visitor = await signedIn('ada');
    await world.call('ada', 'create_batch', { project: 'signs', name: 'b1' });
    await world.call('ada', 'create_image_annotation_task', {
      batch: 'b1',
      attachment: 'https://x.example/1.jpg',
      geometries: { box: { objects_to_annotate: ['car'] } },
    });
    expect(await finalize('ada', 'b1')).toMatchObject({ error: { code: 'confirmation_required' } });
    const [question] = await visitor.questions();
    if (!question) throw new Error('no question on the page');
    expect(await visitor.page()).toContain('it cannot be undone');

    const bob = await signedIn('bob');
    expect(await bob.questions()).toEqual([]);
    const form = { token: question.token, answer: 'yes' };
    expect((await bob.post(question.action, form)).headers.get('location')).toContain('said=gone');
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: '' },
      { 'sec-fetch-site': 'cross-site' },
    ])
      expect((await visitor.post(question.action, form, headers)).status).toBe(403);
    expect((await visitor.post(question.action, { ...form, token: 'guessed' })).status).toBe(403);
    expect(await finalize('ada', 'b1')).toMatchObject({ error: { code: 'confirmation_required' } });

    expect((await visitor.post(question.action, form)).headers.get('location')).toContain('said=allowed');
    expect(
      (await visitor.post(question.action, { ...form, answer: 'no' })).headers.get('location'),
    ).toContain('said=gone');
    expect(await finalize('ada', 'b1')).toMatchObject({ summary: expect.stringContaining('Finalized') });
    expect((await records()).filter(({ type }) => type === 'answer')).toMatchObject([
      {
        principal: 'ada',
        tool: 'scale_ai_finalize_batch',
        answer: 'yes',
        through: 'console',
        by: 'ada',
        project: 'signs',
      },
    ]);
  });

  it('tells an overseer of the questions of others by their number, and gives no way to answer', async () => {
    await world.call('bob', 'create_batch', { project: 'signs', name: 'b2' });
    await world.call('bob', 'create_image_annotation_task', {
      batch: 'b2',
      attachment: 'https://x.example/2.jpg',
      geometries: { box: { objects_to_annotate: ['car'] } },
    });
    await finalize('bob', 'b2');
    const visitor = await signedIn('ada');
    expect(await visitor.page()).toMatch(/Waiting for others, who alone can answer:[^]*bob<\/span>\s*\(1\)/);
    expect(await visitor.questions()).toEqual([]);
    expect(await (await signedIn('eve')).page()).not.toContain('bob');
  });
});

describe('jobs', () => {
  it('are shown to their owner and to an overseer, and cancelled by the owner with consent and audit', async () => {
    const job = await begin('bob', 'b3');
    const [ada, bob, eve] = await Promise.all([signedIn('ada'), signedIn('bob'), signedIn('eve')]);
    const cancel = `/console/jobs/${job}/cancel`;
    expect(await ada.page()).toContain('of 300');
    expect(await ada.page()).not.toContain(cancel);
    expect(await eve.page()).not.toContain('of 300');
    const page = await bob.page();
    expect(page).toContain(cancel);
    const [, token = ''] = /\/cancel"[^]*?value="([^"]+)"/.exec(page) ?? [];
    expect((await bob.post(cancel, { token: 'guessed' })).status).toBe(403);
    expect((await bob.post(cancel, { token }, { origin: 'https://evil.example' })).status).toBe(403);

    // The policy asks first; what is asked stands on the same page, and the yes carries it out.
    expect((await bob.post(cancel, { token })).headers.get('location')).toContain('said=asked');
    const question = (await bob.questions()).at(-1);
    if (!question) throw new Error('no question on the page');
    const answered = await bob.post(question.action, { token: question.token, answer: 'yes' });
    expect(answered.headers.get('location')).toContain('said=carried_out');
    expect(await bob.page()).toContain('cancelled');
    const calls = (await records()).filter(
      ({ tool, type }) => tool === 'scale_ai_cancel_job' && type === 'call',
    );
    expect(calls).toMatchObject([
      { principal: 'bob', client: 'scale-ai-mcp console', result: 'confirmation_required' },
      { principal: 'bob', client: 'scale-ai-mcp console', result: 'ok', outcome: 'done' },
    ]);
  });

  it('of somebody else cannot be cancelled, whatever form is sent', async () => {
    const job = await begin('bob', 'b4');
    const ada = await signedIn('ada');
    const [, token = ''] = /sign-out"[^]*?value="([^"]+)"/.exec(await ada.page()) ?? [];
    const response = await ada.post(`/console/jobs/${job}/cancel`, { token });
    const question = (await ada.questions()).at(-1);
    if (response.headers.get('location')?.includes('said=asked') && question)
      await ada.post(question.action, { token: question.token, answer: 'yes' });
    const { job: seen } = await world.call('bob', 'get_job', { job_id: job, wait_seconds: 0 });
    expect(seen).toMatchObject({ state: 'running' });
  });
});

describe('what is shown of calls', () => {
  it('is who called what, the failures, and what creations cost by the rates', async () => {
    await world.call('ada', 'get_task', { task_id: '65f0c1d2e4b0a90012ab34cd' });
    const ada = await signedIn('ada');
    await expect.poll(() => ada.page()).toContain('get_task');
    const page = await ada.page();
    expect(page).toContain('not_found');
    expect(page).toMatch(/Would cost today[^]*?<strong>(?!0\.00)[\d.,]+ USD/);
    const eve = await signedIn('eve');
    expect(await eve.page()).toContain('Nobody has called yet');
  });

  it('is in letters as they were written', async () => {
    const page = await (await signedIn('ada')).page();
    expect(page).not.toMatch(/[\u0080-\u009f]|Â|â/);
  });
});

describe('the stream', () => {
  it('brings what has changed', async () => {
    const visitor = await signedIn('ada');
    let isFirst = true;
    const text = await visitor.follow((seen) => {
      if (isFirst && seen.includes('event: sections')) {
        isFirst = false;
        void world.call('bob', 'list_projects', {});
      }
      return seen.includes('list_projects');
    });
    expect(text).toContain('list_projects');
  });

  it('is not there for who has not signed in', async () => {
    expect(await new Visitor(world.origin).follow(() => false)).toContain('event: signed-out');
  });

  it('has a bound for each principal', async () => {
    const visitor = await signedIn('eve');
    const stop = new AbortController();
    const open = await Promise.all(
      Array.from({ length: 8 }, () =>
        fetch(`${world.origin}/console/events`, { headers: { cookie: visitor.cookie }, signal: stop.signal }),
      ),
    );
    expect(open.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(6);
    expect(open.map(({ status }) => status).filter((status) => status === 429)).toHaveLength(2);
    stop.abort();
  });

  it('ends within seconds for a token that is revoked, and so does its session', async () => {
    const visitor = await signedIn('eve');
    const followed = visitor.follow(() => false);
    await world.configure({ without: 'eve' });
    expect(await followed).toContain('event: signed-out');
    expect(await visitor.page()).toContain('Your token for this server');
    await world.configure();
  });
});

describe('a server that stops', () => {
  it('does not wait for pages that look on', async () => {
    const server = await startHttp(['--sandbox', '--console'], {});
    const visitor = new Visitor(new URL(server.url).origin);
    const followed = visitor.follow(() => false);
    await expect.poll(() => server.log()).toContain('the console is at');
    await visitor.page();
    await server.stop();
    expect(await followed).toContain('event: sections');
  });
});
