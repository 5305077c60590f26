import { ToolFailure } from '../../invocation/tool-failure.ts';
import { mustExist } from '../must-exist.ts';
import { readPage } from './event-page.ts';
import { findGaps } from './find-gaps.ts';
import type { Work } from '../../catalog/work.ts';
import type { WorkRoom, WorkScope } from '../work-room.ts';
import type { EventPlace } from './event-log.ts';

/** Callbacks as one caller may see them. */
export function eventWork(
  room: () => Promise<WorkRoom>,
  scope: WorkScope,
): Pick<Work, 'events' | 'findGaps'> {
  return {
    async events(query) {
      const before = placeIn(query.next_token);
      const opened = await room();
      await mustExist(query, scope.path.lookUp);
      const page = await readPage(opened, scope, { query, before });
      return { ...page, configured: opened.events.configured };
    },
    findGaps: async (query) => findGaps(await room(), scope, query),
  };
}

/** @throws ToolFailure for a token that was not given out */
function placeIn(token: string | undefined): EventPlace | undefined {
  if (token === undefined) return undefined;
  const [, day, place] = /^(\d{4}-\d{2}-\d{2})\.(\d{1,15})$/.exec(token) ?? [];
  if (day !== undefined) return { day, place: Number(place) };
  throw new ToolFailure(
    'invalid_arguments',
    'next_token is not one that a list gave: leave it out to begin anew.',
    {
      outcome: 'not_sent',
      path: 'next_token',
    },
  );
}
