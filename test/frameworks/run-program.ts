import { spawn } from 'node:child_process';
import path from 'node:path';
import { SCENARIOS, judgeList } from './scenarios.ts';
import { startModel } from './model/start-model.ts';
import type { Installed, Program } from './install.ts';
import type { Place } from './place.ts';
import type { Scenario, Trace } from './scenarios.ts';

export type Transport = 'stdio' | 'http';

/** What came of each scenario, by its name, and of the list of tools. */
export type Outcomes = Record<string, string>;

/** Longer than the longest wait and the slowest start together. */
const LIMIT_MS = 180_000;

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

async function runScenario(
  scenario: Scenario,
  program: Program,
  installed: Launched,
  transport: Transport,
  place: Place,
): Promise<{ trace: Trace; outcome: string }> {
  const id = `${program.language}/${program.name}/${transport}${installed.hasPerson ? '-asking' : ''}`;
  const model = await startModel();
  model.play(await scenario.script(place, id));
  const cwd = await place.folder(`${id}/${scenario.name}`);
  const command = place.command(id);
  const env =
    transport === 'stdio'
      ? { SERVER_COMMAND: JSON.stringify(command), SERVER_LINE: command.join(' ') }
      : { SERVER_URL: place.url, SERVER_TOKEN: place.token };
  const trace = {
    ...(await start(installed, { ...env, MODEL_BASE_URL: model.url }, cwd)),
    exchanges: model.exchanges(),
  };
  await model.close();
  return { trace, outcome: await scenario.judge(trace, place, id) };
}

/** Takes a program through every scenario over one transport; nothing more once it cannot connect. */
export async function runProgram(
  program: Program,
  installed: Installed,
  transport: Transport,
  place: Place,
): Promise<Run> {
  const outcomes: Outcomes = {};
  const traces: Record<string, Trace> = {};
  for (const scenario of SCENARIOS) {
    if (outcomes['connect'] !== undefined && !outcomes['connect'].startsWith('ok')) {
      outcomes[scenario.name] = 'not reached';
      outcomes['asking'] = 'not reached';
      continue;
    }
    const { trace, outcome } = await runScenario(scenario, program, installed, transport, place);
    outcomes[scenario.name] = outcome;
    traces[scenario.name] = trace;
    if (scenario.name === 'connect') outcomes['list'] = judgeList(trace);
    if (scenario.name !== 'consent') continue;
    outcomes['asking'] = 'this framework asks nobody';
    if (installed.asking === undefined) continue;
    const asking = { ...installed, args: [installed.asking], hasPerson: true };
    const asked = await runScenario(scenario, program, asking, transport, place);
    outcomes['asking'] = asked.outcome;
    traces['asking'] = asked.trace;
  }
  return { outcomes, traces };
}
