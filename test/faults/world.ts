import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

/** Everything at Scale that a tool can change: how many things there are, and all of it as text. */
export interface World {
  things: number;
  text: string;
}

/** Reads the world through Scale's own API. Times are left out: looking must not change what is seen. */
export async function lookAt(sandbox: OpenSandbox): Promise<World> {
  const parts = await Promise.all(
    [
      '/tasks?limit=100',
      '/batches?limit=100',
      '/projects',
      '/teams',
      '/studio/assignments',
      '/studio/batches',
    ].map(async (route) => (await sandbox.live('GET', route)).body as unknown),
  );
  const [tasks, batches, projects, teams] = parts as [
    { docs: unknown[] },
    { docs: unknown[] },
    { name: string; param_history?: unknown[]; ontologyHistory?: unknown[] }[],
    unknown[],
  ];
  const files = await Promise.all(
    projects.map(
      async ({ name }) =>
        (await sandbox.live('GET', `/assets?project=${encodeURIComponent(name)}`)).body as unknown,
    ),
  );
  const versions = projects.reduce(
    (sum, project) => sum + (project.param_history?.length ?? 0) + (project.ontologyHistory?.length ?? 0),
    0,
  );
  const count = (value: unknown): number => (Array.isArray(value) ? value.length : 0);
  return {
    things: tasks.docs.length + batches.docs.length + projects.length + versions + count(teams),
    text: JSON.stringify([parts, files]).replaceAll(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"time"'),
  };
}

/** How often something took effect: things that came into being, or one change of what there was. */
export function effects(before: World, after: World): number {
  if (after.things !== before.things) return Math.abs(after.things - before.things);
  return after.text === before.text ? 0 : 1;
}
