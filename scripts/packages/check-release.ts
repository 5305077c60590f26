/**
 * What only a release can know, before anything is published: that the tag is the version, that the changelog has a
 * section for it, and that package.json names the repository whose workflow this is (npm's provenance and the MCP
 * registry both refuse another).
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const { GITHUB_REF_NAME: tag, GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: server } = process.env;

const Package = z.object({
  version: z.string(),
  mcpName: z.string(),
  repository: z.object({ url: z.string() }).optional(),
});

const { version, mcpName, ...manifest } = Package.parse(JSON.parse(readFileSync('package.json', 'utf8')));
const expected: [string, string | undefined, string][] = [
  ['the tag', tag, `v${version}`],
  ['"repository.url" in package.json', manifest.repository?.url, `git+${server}/${repository}.git`],
  ['"mcpName" in package.json', mcpName, `io.github.${repository}`],
];
const faults = expected
  .filter(([, found, wanted]) => found !== wanted)
  .map(([what, found, wanted]) => `${what} is ${found ?? 'not there'}, and must be ${wanted}`);
if (!readFileSync('CHANGELOG.md', 'utf8').includes(`\n## ${version}\n`)) {
  faults.push(`CHANGELOG.md has no section ${version}`);
}
for (const fault of faults) process.stderr.write(`REFUSED ${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
