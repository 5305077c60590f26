/**
 * Installs what the short form tries, Python beside JavaScript, so that it can be done while other work waits;
 * with `--all` every program, with names those.
 */
import { limited } from './limited.ts';
import { install, keyOf, listPrograms } from './install.ts';
import { SHORT } from './short.ts';
import { readExpected } from './results.ts';

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith('--'));
const expected = await readExpected();
const lanes = { python: limited(1), js: limited(1) };

const programs = (await listPrograms()).filter((program) => {
  const key = keyOf(program);
  if (names.length > 0) return names.includes(key) || names.includes(program.name);
  return words.includes('--all') ? expected[key]?.not_run === undefined : SHORT.includes(key);
});
await Promise.all(
  programs.map((program) =>
    lanes[program.language](async () => {
      const startedAt = Date.now();
      const { megabytes } = await install(program);
      console.log(`${keyOf(program)}: ${Math.round((Date.now() - startedAt) / 1_000)} s, ${megabytes} MB`);
    }),
  ),
);
