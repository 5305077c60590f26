import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { PAGE } from './bundle-options.ts';
import type { Metafile } from 'esbuild';

const SOURCES = new URL('../../src/viewer/', import.meta.url);

/**
 * Writes the page that shows labels as one file. Its policy names the one script and the one style by their hashes;
 * pictures come inside of answers, and only the server that it was loaded from may be asked.
 *
 * @returns what went into it
 */
export async function buildPage(file: URL): Promise<Metafile> {
  const script = await build({ ...PAGE, entryPoints: ['src/viewer/main.ts'] });
  const style = await build({ ...PAGE, entryPoints: ['src/viewer/style.css'] });
  const [js, css] = [textOf(script.outputFiles), textOf(style.outputFiles)];
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(js)}'`,
    `style-src '${hashOf(css)}'`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const html = await readFile(new URL('page.html', SOURCES), 'utf8');
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy}" /><style>${css}</style></head>`;
  await writeFile(
    file,
    html.replace('</head>', () => head).replace('</body>', () => `<script>${js}</script></body>`),
  );
  return script.metafile;
}

/** Writes the script and the style that stand in the pages of the console; nothing of others goes into them. */
export async function buildConsole(directory: URL): Promise<void> {
  const script = await build({ ...PAGE, entryPoints: ['src/console/browser/live.ts'] });
  const style = await build({ ...PAGE, entryPoints: ['src/console/browser/style.css'] });
  await writeFile(new URL('console.js', directory), textOf(script.outputFiles));
  await writeFile(new URL('console.css', directory), textOf(style.outputFiles));
}

function textOf([file]: readonly { text: string }[]): string {
  return (file?.text ?? '').trim();
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
