import { readFile } from 'node:fs/promises';
import packageJson from '../../package.json' with { type: 'json' };

/** Where the version stands beside package.json, in files that people write: the text before it, in each line of its own. */
const PLACES: readonly { file: string; before: readonly string[] }[] = [
  { file: 'deploy/helm/Chart.yaml', before: ['version: ', 'appVersion: '] },
  { file: 'deploy/kubernetes/deployment.yaml', before: ['image: registry.example.com/scale-ai-mcp:'] },
  { file: 'Dockerfile', before: ['ARG VERSION='] },
];

/**
 * These files with the version of package.json in its places.
 *
 * @throws Error for a place that is gone
 */
export async function versionedFiles(): Promise<{ file: string; content: string }[]> {
  return Promise.all(
    PLACES.map(async ({ file, before }) => {
      let content = await readFile(file, 'utf8');
      for (const start of before) {
        const place = new RegExp(`^(\\s*${start.replaceAll('.', '\\.')})\\S+$`, 'm');
        if (!place.test(content)) throw new Error(`${file} has no line "${start}VERSION"`);
        content = content.replace(place, `$1${packageJson.version}`);
      }
      return { file, content };
    }),
  );
}
