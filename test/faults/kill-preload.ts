import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import files from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type Libsql from 'libsql';

/**
 * Loaded into a server before its own code (`node --import`): counts every point at which something has just become, or
 * is about to become, different outside of the process, and kills it at one of them. Counting begins with SIGUSR2;
 * another one ends it and tells on stderr how many were passed. KILL_POINT is the number of a point, or patterns of the
 * names of points that follow each other, with " > " between them.
 */
const wanted = process.env['KILL_POINT'] ?? '';
const names = /^\d*$/.test(wanted) ? [] : wanted.split(' > ');
let isCounting = false;
let passed = 0;

const tell = (text: string): void => void writeSync(2, `kill-points: ${text}\n`);

function point(name: string): void {
  if (!isCounting) return;
  passed += 1;
  const [next] = names;
  const isNext = next !== undefined && new RegExp(next).test(name);
  if (isNext) names.shift();
  if (next === undefined ? passed !== Number(wanted) : !isNext || names.length > 0) return;
  tell(`killed at ${passed}, ${name}`);
  process.kill(process.pid, 'SIGKILL');
}

process.on('SIGUSR2', () => {
  isCounting = !isCounting;
  tell(isCounting ? 'counting' : `passed ${passed}`);
});

/** Puts a point before every call of a method. @param nameOf undefined for calls that change nothing */
function watch(
  holder: object,
  method: string,
  nameOf: (self: unknown, parameters: readonly unknown[]) => string | undefined,
): void {
  const original: unknown = Reflect.get(holder, method);
  if (typeof original !== 'function') throw new Error(`there is no ${method}`);
  Reflect.set(holder, method, function watched(this: unknown, ...parameters: unknown[]): unknown {
    const name = nameOf(this, parameters);
    if (name !== undefined) point(name);
    const result: unknown = Reflect.apply(original, this, parameters);
    return result;
  });
}

for (const step of [
  'undici:request:create', // nothing is sent
  'undici:client:sendHeaders', // on its way
  'undici:request:headers', // done, and the answer begins
  'undici:request:trailers', // answered, and nothing of it is written down
]) {
  subscribe(step, (message) => {
    const { request } = Object(message) as { request: { method: string; path: string } };
    point(`${step} ${request.method} ${request.path}`);
  });
}

for (const method of ['cp', 'link', 'mkdir', 'open', 'rename', 'rm', 'utimes', 'writeFile'])
  watch(files, method, (_self, [path]) => `${method} ${String(path)}`);
const handle = await files.open(process.execPath);
for (const method of ['write', 'datasync', 'truncate'])
  watch(Object(Object.getPrototypeOf(handle)), method, () => `${method} of a file`);
await handle.close();
syncBuiltinESMExports();

// The same module that the server has: it is found from there.
const Database = createRequire(process.argv[1] ?? '')('libsql') as typeof Libsql;
const texts = new WeakMap<object, string>();
const changing = (self: unknown): string | undefined => {
  const text = texts.get(Object(self)) ?? '';
  return /^\s*(select|pragma)/i.test(text) ? undefined : text.slice(0, 80); // what is read is as it was a point before
};
const prepare: unknown = Reflect.get(Database.prototype, 'prepare');
let isWatched = false;
Reflect.set(Database.prototype, 'prepare', function prepared(this: unknown, text: string): object {
  if (typeof prepare !== 'function') throw new Error('there is no prepare');
  const statement = Object(Reflect.apply(prepare, this, [text])) as object;
  texts.set(statement, text);
  if (!isWatched)
    for (const method of ['run', 'iterate'])
      watch(Object(Object.getPrototypeOf(statement)), method, changing);
  isWatched = true;
  return statement;
});
watch(Database.prototype, 'exec', (_self, [text]) => String(text));
