import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { assetsOf } from '../../src/console/assets.ts';
import { consolePage, isSaid, signInPage } from '../../src/console/page.ts';
import { html } from '../../src/responses/html.ts';
import { HOSTILE, hostileView } from './hostile-view.ts';

const assets = assetsOf('body{}', 'void 0;');

describe('the template for HTML', () => {
  it.each([
    ['<b>', '&#60;b&#62;'],
    ['"\'`', '&#34;&#39;&#96;'],
    ['&amp;', '&#38;amp;'],
    [3, '3'],
    [undefined, ''],
    [false, ''],
    [['<', html`<i>${'<'}</i>`], '&#60;<i>&#60;</i>'],
  ])('puts %s in as %s', (value, text) => {
    expect(html`${value as string}`.text).toBe(text);
  });
});

describe('the page', () => {
  const text = consolePage(hostileView(), assets, 'allowed');

  it('shows what others chose as text, wherever it stands', () => {
    expect(text).toContain('&#60;img src=x');
    for (const piece of ['<img src=x', 'onerror="', '</h3><', "'onfocus='"])
      expect(text).not.toContain(piece);
    // Every section has had its share of it.
    for (const id of ['approvals', 'jobs', 'batches', 'spend', 'failures', 'calls']) {
      const section = text.slice(text.indexOf(`<section id="${id}">`)).split('</section>')[0] ?? '';
      expect([id, section.includes('&#60;img src=x')]).toEqual([id, true]);
    }
  });

  it('makes visible what is not seen', () => {
    expect(HOSTILE).toContain('\u202e');
    expect(text).not.toContain('\u202e');
    expect(text).toContain('\\u{202e}');
  });

  it('has no handlers and no styles of its own, which the policy would refuse', () => {
    const attributes = new Set<string>();
    const parser = new Parser({ onattribute: (name) => void attributes.add(name) });
    parser.write(text);
    expect(attributes).toContain('class');
    expect([...attributes].filter((name) => name === 'style' || name.startsWith('on'))).toEqual([]);
    const { 'content-security-policy': policy } = assets.headers;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('says what a form has led to by one of its own words only', () => {
    expect(text).toContain('Allowed. The same call goes through');
    expect(isSaid('toString')).toBe(false);
    expect(isSaid('<b>')).toBe(false);
    expect(signInPage(assets, 'wrong_token')).toContain('not valid here');
  });
});
