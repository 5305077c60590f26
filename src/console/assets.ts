import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { builtFile } from '../built-file.ts';

/** What stands in every page, and the policy by which nothing else runs there. */
export interface Assets {
  style: string;
  script: string;
  headers: Readonly<Record<string, string>>;
}

/** @returns undefined where the program runs from its sources */
export async function readAssets(): Promise<Assets | undefined> {
  const [style, script] = [builtFile('console.css'), builtFile('console.js')];
  if (style === undefined || script === undefined) return undefined;
  return assetsOf(await readFile(style, 'utf8'), await readFile(script, 'utf8'));
}

export function assetsOf(style: string, script: string): Assets {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
  return {
    style,
    script,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      // With "no-referrer" browsers would send "Origin: null" with the page's own forms.
      'referrer-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    },
  };
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
