import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { click } from '../support/click-approval.ts';
import { run } from '../support/run-cli.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into
type Any = any;

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'shell-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function shell(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { SCALE_MCP_STATE_DIR: directory, SCALE_MCP_DATA: path.join(directory, 'sandbox') };
  return run([...args, '--sandbox', '--turnaround', '1ms'], { env });
}

async function answer(...args: string[]): Promise<Any> {
  const { stdout, stderr } = await shell(...args);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const TEMPLATE = {
  attachment: '{{url}}',
  unique_id: '{{name}}',
  instruction: 'Box all cars.',
  geometries: [{ name: 'box', objects_to_annotate: ['car'] }],
};

describe('the everyday jobs from a shell', () => {
  it('plans, asks, submits, waits and exports, on the path that agents take', async () => {
    await answer('call', 'create_project', 'name=signs', 'type=imageannotation');
    await answer('call', 'create-batch', '--json', '{"project":"signs","name":"b1"}');
    const manifest = path.join(directory, 'manifest.csv');
    await writeFile(manifest, 'url,name\nhttps://x.example/a.jpg,a\nhttps://x.example/b.jpg,b\n');
    const { plan } = await answer(
      'plan',
      manifest,
      '--type=imageannotation',
      '--project=signs',
      '--batch=b1',
      `--template=${JSON.stringify(TEMPLATE)}`,
    );
    expect(plan).toMatchObject({ to_create: 2, invalid: 0 });

    const refused = await shell('submit', plan.plan_id);
    expect(refused.code).toBe(1);
    const { error } = JSON.parse(refused.stdout);
    expect(error.code).toBe('confirmation_required');
    await expect
      .poll(
        async () =>
          fetch(error.approve_at).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    await click(error.approve_at, 'yes');

    expect((await answer('submit', plan.plan_id)).job).toMatchObject({ state: 'done', done: 2 });
    expect(await answer('wait', 'b1')).toMatchObject({ done: true });
    expect((await answer('export', '--batch', 'b1')).exported).toMatchObject({ tasks: 2 });
    expect((await answer('jobs')).jobs.length).toBeGreaterThan(0);
    expect((await answer('call', 'list_tasks', 'batch=b1', 'limit=1')).tasks).toHaveLength(1);
  });

  it.each([
    ['a tool that there is not', ['call', 'list_project'], 2, 'Did you mean "list_projects"'],
    ['an argument without a name', ['call', 'list_tasks', 'b1'], 2, 'write name=value'],
    ['JSON that is none', ['call', 'list_tasks', '--json', '{'], 2, 'no JSON'],
    ['a missing argument', ['wait'], 2, "missing required argument 'batch'"],
  ])('says what to do about %s', async (_what, args, code, words) => {
    const { code: ended, stderr } = await shell(...args);
    expect(ended).toBe(code);
    expect(stderr).toContain(words);
  });

  it('answers a call that fails in JSON, with the exit code of its kind', async () => {
    const { code, stdout } = await shell('call', 'get_batch', 'batch_name=nope');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe('not_found');
    expect((await shell('call', 'get_batch')).code).toBe(2);
  });
});

describe('help', () => {
  it('shows what most people need, and everything when asked', async () => {
    const [short, full] = [await run(['--help']), await run(['--help-all'])];
    expect(short.stdout).toContain('Everyday options:');
    expect(short.stdout).not.toContain('--scale-per-second');
    expect(short.stdout.split('\n').length).toBeLessThan(90);
    for (const flag of ['--scale-per-second', '--turnaround', '--retention-days'])
      expect(full.stdout).toContain(flag);
  });
});

describe('for programs', () => {
  it('doctor --json tells each finding', async () => {
    const { code, stdout } = await shell('doctor', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      findings: expect.arrayContaining([expect.objectContaining({ what: 'Sandbox' })]),
    });
  });

  it('tools are JSON lines in a pipe', async () => {
    const { stdout } = await run(['tools', '--toolsets', 'minimal']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(12);
    expect(lines[0]).toMatchObject({ name: 'scale_ai_list_projects', effect: 'read' });
  });

  it('completion completes commands and their options in bash', async () => {
    const { stdout } = await run(['completion', 'bash']);
    const complete = (words: string, at: number): string =>
      execFileSync('bash', [
        '-c',
        `${stdout}\nCOMP_WORDS=(${words}); COMP_CWORD=${at}; _scale_ai_mcp; echo "\${COMPREPLY[@]}"`,
      ]).toString();
    expect(complete('scale-ai-mcp ex', 1).trim()).toBe('export');
    expect(complete('scale-ai-mcp export --for', 2)).toContain('--format');
    expect((await run(['completion', 'tcsh'])).code).toBe(2);
    expect((await run(['completion', 'fish'])).stdout).toContain('complete -c scale-ai-mcp');
  });
});
