import { spawn } from 'node:child_process';
import path from 'node:path';
import { consent, fromCall, hasEnded, judgeList, together } from './scenarios.ts';
import { startModel } from './model/start-model.ts';
import type { Installed, Program } from './install.ts';
import type { Place } from './place.ts';
import type { Script } from './model/script.ts';
import type { Scenario, Trace } from './scenarios.ts';

export type Transport = 'stdio' | 'http';

/** What came of each scenario, by its name, and of the list of tools. */
type Outcomes = Record<string, string>;

/** Longer than the longest wait and the slowest start together. */
const LIMIT_MS = 480_000;

const PROMPT = 'Have my street photographs labeled.';

export interface Run {
  outcomes: Outcomes;
  traces: Record<string, Trace>;
}

/** A program, and whether there is a person at its terminal who says yes to all it asks. */
type Launched = Installed & { hasPerson?: boolean };

function start(
  { command, args, bin, hasPerson = false }: Launched,
  env: Record<string, string>,
  cwd: string,
): Promise<Trace> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args, PROMPT], {
      cwd,
      env: {
        PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`,
        HOME: cwd,
        OPENAI_API_KEY: 'stub',
        ANTHROPIC_API_KEY: 'stub',
        GEMINI_API_KEY: 'stub',
        ...env,
      },
      stdio: [hasPerson ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      if (chunk.includes('(yes/no)')) child.stdin?.write('yes\n');
    });
    const stop = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // the group has ended already
      }
    };
    const timer = setTimeout(stop, LIMIT_MS);
    child.on('error', (error) => (stderr += String(error)));
    child.on('exit', (code) => {
      clearTimeout(timer);
      stop(); // what it may have left behind
      setTimeout(() => resolve({ exchanges: [], stdout, stderr, code }), 200);
    });
  });
}

/** What is to be tried of a program, over one transport. */
interface Trial {
  program: Program;
  transport: Transport;
  place: Place;
}

/** Starts a program with a script for its model. */
async function converse(
  { program, transport, place }: Trial,
  launched: Launched,
  id: string,
  script: Script,
): Promise<Trace> {
  const model = await startModel();
  model.play(script);
  const command = place.command(id, program.serverArgs);
  const env =
    transport === 'stdio'
      ? { SERVER_COMMAND: JSON.stringify(command), SERVER_LINE: command.join(' ') }
      : { SERVER_URL: await place.url(program.serverArgs), SERVER_TOKEN: place.token };
  const ended = await start(launched, { ...env, MODEL_BASE_URL: model.url }, await place.folder(id));
  await model.close();
  return { ...ended, exchanges: model.exchanges() };
}

/** All scenarios in one conversation, as an agent has them; `undefined` where it came to no end. */
async function runTogether(
  trial: Trial,
  launched: Launched,
  id: string,
  scenarios: readonly Scenario[],
): Promise<Run | undefined> {
  const scripts: Script[] = [];
  for (const { script } of scenarios) scripts.push(await script(trial.place, id));
  const trace = await converse(trial, launched, id, together(scripts));
  if (!hasEnded(trace)) return undefined;
  const outcomes: Outcomes = { list: judgeList(trace) };
  let calls = 0;
  for (const [index, scenario] of scenarios.entries()) {
    outcomes[scenario.name] = await scenario.judge(fromCall(trace, calls), trial.place, id);
    calls += (scripts[index] ?? []).filter((step) => 'tool' in step).length;
  }
  return { outcomes, traces: { together: trace } };
}

/** Each scenario by itself; nothing more once it cannot connect. */
async function runApart(
  trial: Trial,
  launched: Launched,
  id: string,
  scenarios: readonly Scenario[],
): Promise<Run> {
  const run: Run = { outcomes: {}, traces: {} };
  for (const { name, script, judge } of scenarios) {
    if (run.outcomes['connect']?.startsWith('ok') === false) {
      run.outcomes[name] = 'not reached';
      continue;
    }
    const trace = await converse(
      trial,
      launched,
      `${id}/${name}`,
      await script(trial.place, `${id}/${name}`),
    );
    run.traces[name] = trace;
    run.outcomes[name] = await judge(trace, trial.place, `${id}/${name}`);
    if (name === 'connect') run.outcomes['list'] = judgeList(trace);
  }
  return run;
}

/** Takes a program through the scenarios over one transport; in the long form also with a person at its terminal. */
export async function runProgram(
  trial: Trial,
  installed: Installed,
  scenarios: readonly Scenario[],
  isShort: boolean,
): Promise<Run> {
  const { program, transport } = trial;
  const id = `${program.language}/${program.name}/${transport}`;
  const whole = await runTogether(trial, installed, id, scenarios);
  const run = whole ?? (await runApart(trial, installed, id, scenarios));
  if (isShort) return run;
  run.outcomes['asking'] = program.whyNotAsking;
  if (run.outcomes['consent'] === 'not reached') run.outcomes['asking'] = 'not reached';
  else if (installed.asking !== undefined) {
    const asking = { ...installed, args: [installed.asking], hasPerson: true };
    const { outcomes, traces } = await runApart(trial, asking, `${id}/asking`, [consent]);
    run.outcomes['asking'] = outcomes['consent'] ?? '?';
    if (traces['consent']) run.traces['asking'] = traces['consent'];
  }
  return run;
}
