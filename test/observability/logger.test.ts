import { spawnSync } from 'node:child_process';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { gatheredLines } from '../../src/observability/gathered-lines.ts';
import { createLogger } from '../../src/observability/logger.ts';

const messagesIn = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: unknown }).msg);

describe('lines of the log', () => {
  it('are written together at the end of the turn in which they were said', async () => {
    const written: string[] = [];
    const logger = createLogger('info', gatheredLines({ write: (text) => void written.push(text) }));
    logger.info('one');
    logger.warn('two');
    expect(written).toEqual([]);
    await turn();
    expect(written.map(messagesIn)).toEqual([['one', 'two']]);
    logger.info('three');
    await turn();
    expect(written.map(messagesIn)).toEqual([['one', 'two'], ['three']]);
  });

  it('are written before a fatal one returns', () => {
    const written: string[] = [];
    const logger = createLogger('info', gatheredLines({ write: (text) => void written.push(text) }));
    logger.info('one');
    logger.fatal('two');
    expect(written.map(messagesIn)).toEqual([['one', 'two']]);
  });

  it.each(['process.exit()', 'throw new Error("ended")'])('are written when %s ends the process', (end) => {
    const script = `import { createLogger } from './src/observability/logger.ts'; createLogger('info').info('the last words'); ${end};`;
    const { stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(stderr).toContain('"msg":"the last words"');
  });
});
