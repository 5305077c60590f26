import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import files from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';

/**
 * Loaded into a server before its own code (`node --import`): counts every point at which something has just become, or
 * is about to become, different outside of the process, and kills it at one of them. Counting begins with SIGUSR2, or
 * at once with KILL_FROM=start; KILL_POINT is the number of a point, or a pattern of its name. Another SIGUSR2 ends it and tells on stderr how many were passed.
 */
const wanted = process.env['KILL_POINT'] ?? '';
const at = Number(wanted);
let isCounting = process.env['KILL_FROM'] === 'start';
let passed = 0;

const tell = (text) => writeSync(2, `kill-points: ${text}\n`);

function point(what) {
  if (!isCounting) return;
  passed += 1;
  if (passed !== at && !(Number.isNaN(at) && new RegExp(wanted).test(what))) return;
  tell(`killed at ${passed}, ${what}`);
  process.kill(process.pid, 'SIGKILL');
}

process.on('SIGUSR2', () => {
  isCounting = !isCounting;
  tell(isCounting ? 'counting' : `passed ${passed}`);
});

for (const step of [
  'undici:request:create', // nothing is sent
  'undici:client:sendHeaders', // on its way
  'undici:request:headers', // done, and the answer begins
  'undici:request:trailers', // answered, and nobody was told
]) {
  subscribe(step, ({ request }) => point(`${step} ${request.method} ${request.path}`));
}

const Database = createRequire(import.meta.url)('libsql');
const { prepare, exec } = Database.prototype;
let isPatched = false;
Database.prototype.prepare = function (text) {
  const statement = prepare.call(this, text);
  statement.text = text;
  if (!isPatched) patchStatements(Object.getPrototypeOf(statement));
  return statement;
};
Database.prototype.exec = function (text) {
  point(text);
  return exec.call(this, text);
};

/** Those that change something; what is read is as it was a point before. */
function patchStatements(prototype) {
  isPatched = true;
  for (const name of ['run', 'iterate']) {
    const original = prototype[name];
    prototype[name] = function (...parameters) {
      if (!/^\s*(select|pragma)/i.test(this.text)) point(this.text.slice(0, 80));
      return original.apply(this, parameters);
    };
  }
}

for (const name of ['cp', 'link', 'mkdir', 'open', 'rename', 'rm', 'utimes', 'writeFile']) {
  const original = files[name];
  files[name] = (...parameters) => {
    point(`${name} ${parameters[0]}`);
    return original(...parameters);
  };
}
const handle = await files.open(import.meta.filename);
const handles = Object.getPrototypeOf(handle);
await handle.close();
for (const name of ['write', 'datasync', 'truncate', 'writev']) {
  const original = handles[name];
  handles[name] = function (...parameters) {
    point(`${name} of a file`);
    return original.apply(this, parameters);
  };
}
syncBuiltinESMExports();
