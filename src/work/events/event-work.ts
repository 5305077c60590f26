import { ToolFailure } from '../../invocation/tool-failure.ts';
import { mustExist } from '../must-exist.ts';
import { readPage } from './event-page.ts';
import { findGaps } from './find-gaps.ts';
import type { EventWork } from '../../catalog/work/events.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { JobRuntime } from '../job-runtime.ts';

/** Callbacks as one caller may see them. */
export function eventWork(runtime: () => Promise<JobRuntime>, scope: CallerScope): EventWork {
  return {
    async list(query) {
      const before = positionIn(query.next_token);
      const opened = await runtime();
      await mustExist(query, scope.scale.lookUp);
      const page = await readPage(opened, scope, { query, before });
      return { ...page, configured: opened.events.configured };
    },
    findGaps: async (query) => findGaps(await runtime(), scope, query),
  };
}

/** @throws ToolFailure for a token that was not given out */
function positionIn(token: string | undefined): number | undefined {
  if (token === undefined) return undefined;
  if (/^\d{1,15}$/.test(token)) return Number(token);
  throw new ToolFailure(
    'invalid_arguments',
    'next_token is not one that a list gave: leave it out to begin anew.',
    {
      outcome: 'not_sent',
      path: 'next_token',
    },
  );
}
