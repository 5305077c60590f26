import { describe, expect, it } from 'vitest';
import { openConsoleWorld } from '../support/console-world.ts';
import { Visitor } from '../support/console-visitor.ts';
import { run } from '../support/run-cli.ts';

describe('--confirm-fallback console', () => {
  it('gives a link to the console, where only who was asked can say yes', async () => {
    const url = 'https://mcp.example.com/console';
    const other = await openConsoleWorld({ allow_host: ['mcp.example.com'] }, [
      '--console',
      '--confirm-fallback',
      'console',
      '--console-url',
      url,
    ]);
    try {
      await other.call('bob', 'create_project', { name: 'signs', type: 'imageannotation', rapid: true });
      await other.call('bob', 'create_batch', { project: 'signs', name: 'b1' });
      await other.call('bob', 'create_image_annotation_task', {
        batch: 'b1',
        attachment: 'https://x.example/1.jpg',
        geometries: { box: { objects_to_annotate: ['car'] } },
      });
      const asked = await other.call('bob', 'finalize_batch', { batch_name: 'b1' });
      const { approve_at: link } = asked['error'] as { approve_at: string };
      const bob = new Visitor(other.origin);
      await bob.signIn(other.token('bob'));
      const [question] = await bob.questions();
      if (!question) throw new Error('no question on the page');
      expect(link).toBe(`${url}#approval-${question.action.split('/').at(-1)}`);
      const ada = new Visitor(other.origin);
      await ada.signIn(other.token('ada'));
      const form = { token: question.token, answer: 'yes' };
      expect((await ada.post(question.action, form)).headers.get('location')).toContain('said=gone');
      await bob.post(question.action, form);
      const again = await other.call('bob', 'finalize_batch', { batch_name: 'b1' });
      expect(again).toMatchObject({ summary: expect.stringContaining('Finalized') });
    } finally {
      await other.close();
    }
  });

  it.each([
    [['--confirm-fallback', 'console']],
    [['--confirm-fallback', 'console', '--console-url', 'https://mcp.example.com/console']],
    [['--confirm-fallback', 'console', '--console']],
  ])('does not start with %s, which leads nowhere', async (args) => {
    const { code, stderr } = await run(['http', '--sandbox', '--port', '0', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain('--console-url');
  });
});

describe('a console without tokens', () => {
  it('is not served under a name that others could use', async () => {
    const { code, stderr } = await run([
      'http',
      '--sandbox',
      '--port',
      '0',
      '--console',
      '--allow-host',
      'mcp.example.com',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('--auth tokens');
  });
});
