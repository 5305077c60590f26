import { describe, expect, it } from 'vitest';
import { escapeUnseen, visibleText } from '../../src/json/escape-unseen.ts';
import { createLogger } from '../../src/observability/logger.ts';

const NAMES = ['a\u009b31mb', 'a\u202eb', 'a\u200bb', 'a\u{e0041}b', 'a\u2028b', 'a\u001b[31mb'];

/** Beyond ASCII's printable half only what people read. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('characters that are obeyed or not seen', () => {
  it.each(NAMES)('do not stand in JSON, which still says the same: %j', (name) => {
    const json = escapeUnseen(JSON.stringify({ [name]: name }));
    expect(json).not.toMatch(OBEYED);
    expect(JSON.parse(json)).toEqual({ [name]: name });
  });

  it.each(NAMES)('are shown in a terminal: %j', (name) => {
    expect(visibleText(name)).not.toMatch(OBEYED);
    expect(visibleText(`${name}\n`)).toMatch(/^a\\u.*b\n$/);
  });

  it.each(NAMES)('do not stand in the log: %j', (name) => {
    const lines: string[] = [];
    createLogger('info', { write: (line) => void lines.push(line) }).info({ project: name }, name);
    const [line = ''] = lines;
    expect(line.trimEnd()).not.toMatch(OBEYED);
    expect(JSON.parse(line)).toMatchObject({ project: name, msg: name });
  });

  it('leave other letters alone', () => {
    for (const text of ['Straße', '道路', 'naïve 🚗', 'line\n\ttab']) expect(visibleText(text)).toBe(text);
  });
});
