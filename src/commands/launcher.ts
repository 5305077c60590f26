import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire, wrap } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import vm from 'node:vm';
import { VERSION } from '../version.ts';

/** After this many milliseconds the start is over, and what it compiled is worth keeping. */
const STARTED_AFTER_MS = 500;

const MAIN = path.join(__dirname, 'main.js');

/** What Node.js wraps a CommonJS file into. */
type CommonJsModule = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  filename: string,
  dirname: string,
) => void;

/** Runs the command line with the compiled code of an earlier run, where this user has a directory to keep it in. */
function start(): void {
  const source = readFileSync(MAIN, 'latin1');
  const cache = codeCache();
  const cachedData = cache?.read();
  const script = new vm.Script(wrap(source), {
    filename: MAIN,
    ...(cachedData && { cachedData }),
  });
  // oxlint-disable-next-line no-unsafe-type-assertion -- V8 cannot say more of it than we do
  const main = script.runInThisContext() as CommonJsModule;
  main({}, createRequire(MAIN), { exports: {} }, MAIN, __dirname);
  if (!cache || (cachedData && script.cachedDataRejected !== true)) return;
  setTimeout(() => cache.write(script.createCachedData()), STARTED_AFTER_MS).unref();
}

interface CodeCache {
  read(): Buffer | undefined;
  write(data: Buffer): void;
}

/** Undefined where code of this user must not be kept, or could be replaced by somebody else. */
function codeCache(): CodeCache | undefined {
  if (process.env['NODE_DISABLE_COMPILE_CACHE'] !== undefined) return undefined;
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const home =
    process.platform === 'win32' ? LOCALAPPDATA : (XDG_CACHE_HOME ?? path.join(homedir(), '.cache'));
  if (home === undefined || !path.isAbsolute(home)) return undefined;
  const directory = path.join(home, 'scale-ai-mcp');
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(directory);
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    const { size, mtimeMs } = statSync(MAIN);
    const file = path.join(directory, `${process.version}-${process.arch}.v8`);
    return isOurs ? cacheIn(file, Buffer.from(`${VERSION} ${size} ${mtimeMs}\n`)) : undefined;
  } catch {
    return undefined;
  }
}

/** @param of names the source; V8 itself tells sources apart by their length only */
function cacheIn(file: string, of: Buffer): CodeCache {
  return {
    read() {
      try {
        const content = readFileSync(file);
        return content.indexOf(of) === 0 ? content.subarray(of.length) : undefined;
      } catch {
        return undefined;
      }
    },
    write(data) {
      const draft = `${file}.${process.pid}`; // other processes start meanwhile
      try {
        writeFileSync(draft, Buffer.concat([of, data]), { mode: 0o600 });
        renameSync(draft, file);
      } catch {
        rmSync(draft, { force: true }); // a full disk; without the cache the next start compiles again
      }
    },
  };
}

start();
