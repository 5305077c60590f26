import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './parts.ts';

const exec = promisify(execFile);

const DEBIAN = '/usr/lib/postgresql';
const USER = 'scale';
const PASSWORD = 'for-tests-only';

/** A PostgreSQL of Debian's packages with a data directory of its own; started anew it has the port that it had. */
export class PostgresServer {
  readonly port: number;
  readonly #directory: string;
  readonly #bin: string;

  private constructor(directory: string, bin: string, port: number) {
    this.#directory = directory;
    this.#bin = bin;
    this.port = port;
  }

  static async create(): Promise<PostgresServer> {
    const directory = await mkdtemp(path.join(tmpdir(), 'postgres-'));
    const versions = (await readdir(DEBIAN)).map(Number).sort((a, b) => b - a);
    const server = new PostgresServer(
      directory,
      path.join(DEBIAN, String(versions[0]), 'bin'),
      await freePort(),
    );
    await server.#giveAway(directory);
    const passwordFile = path.join(directory, 'password');
    await writeFile(passwordFile, PASSWORD);
    await server.#giveAway(passwordFile);
    await server.#run('initdb', [
      `--pgdata=${server.#data}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-sync',
    ]);
    await server.start();
    return server;
  }

  get url(): string {
    return `postgres://${USER}:${PASSWORD}@127.0.0.1:${this.port}/postgres`;
  }

  async start(): Promise<void> {
    const options = `-p ${this.port} -k ${this.#directory} -c listen_addresses=127.0.0.1`;
    const log = path.join(this.#directory, 'log');
    await this.#run('pg_ctl', [
      'start',
      '--wait',
      '--pgdata',
      this.#data,
      '--log',
      log,
      '--options',
      options,
    ]);
  }

  /** @param how `fast` ends connections first; `immediate` is as if it had been killed */
  async stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.#run('pg_ctl', ['stop', '--wait', '--pgdata', this.#data, '--mode', how]);
  }

  /** What it holds now, for a failover to a copy that is behind. It must be stopped. */
  async copy(): Promise<string> {
    const copied = path.join(this.#directory, 'copy');
    await rm(copied, { recursive: true, force: true });
    await this.#as('cp', ['-a', this.#data, copied]);
    return copied;
  }

  async restore(copied: string): Promise<void> {
    await rm(this.#data, { recursive: true });
    await this.#as('cp', ['-a', copied, this.#data]);
  }

  async remove(): Promise<void> {
    await this.stop('immediate').catch(() => undefined);
    await rm(this.#directory, { recursive: true, force: true });
  }

  get #data(): string {
    return path.join(this.#directory, 'data');
  }

  #run(program: string, args: readonly string[]): Promise<unknown> {
    return this.#as(path.join(this.#bin, program), args);
  }

  /** PostgreSQL does not run as root. */
  async #as(program: string, args: readonly string[]): Promise<void> {
    const [command, own] =
      process.getuid?.() === 0 ? ['runuser', ['-u', 'postgres', '--', program]] : [program, []];
    // What a server that was started leaves open must not be waited for.
    await exec(command, [...own, ...args], { cwd: this.#directory });
  }

  async #giveAway(file: string): Promise<void> {
    if (process.getuid?.() !== 0) return;
    const { stdout } = await exec('id', ['-u', 'postgres']);
    await chown(file, Number(stdout), 0);
    await chmod(file, 0o700);
  }
}
