import type { EventPage, EventQuery, EventView } from '../../catalog/work.ts';
import type { WorkRoom, WorkScope } from '../work-room.ts';
import type { EventPlace, KeptEvent } from './event-log.ts';
import type { ScaleEvent } from './event.ts';
import type { Verdict } from './readable.ts';

/** Events that are looked through for one page, and of those that match, how many are checked. */
const MAX_LOOKED_THROUGH = 2_000;
const MAX_CHECKED = 300;

/** Scale is not asked any further after so many of which it could not be asked. */
const MAX_UNCHECKED = 20;

/** Look-ups at Scale at once. */
const AT_ONCE = 10;

/** What matches and may be seen, the newest first, from a place on. */
export async function readPage(
  { events, readable }: Pick<WorkRoom, 'events' | 'readable'>,
  scope: WorkScope,
  { query, before }: { query: EventQuery; before: EventPlace | undefined },
): Promise<Omit<EventPage, 'configured'>> {
  const found: EventView[] = [];
  const counts = { looked: 0, checked: 0, unchecked: 0 };
  let last: EventPlace | undefined;
  const isFull = (): boolean =>
    found.length === query.limit ||
    counts.looked === MAX_LOOKED_THROUGH ||
    counts.checked >= MAX_CHECKED ||
    counts.unchecked >= MAX_UNCHECKED;
  const judge = async (event: ScaleEvent): Promise<Verdict | undefined> =>
    fits(event, query) ? readable.allows(event, scope) : undefined;
  const page = (): Omit<EventPage, 'configured'> => ({
    events: found,
    ...(counts.unchecked > 0 && { unchecked: counts.unchecked }),
  });
  for await (const group of inGroups(events.newestFirst(before, query.since))) {
    const verdicts = isFull() ? [] : await Promise.all(group.map(({ event }) => judge(event)));
    for (const [index, { event, ...place }] of group.entries()) {
      if (isFull()) return { ...page(), ...(last && { next_token: tokenOf(last) }) };
      last = place;
      counts.looked += 1;
      const verdict = verdicts[index];
      if (!verdict) continue;
      counts.checked += 1;
      if (verdict === 'unchecked') counts.unchecked += 1;
      if (verdict === 'allowed') found.push(viewOf(event));
    }
  }
  return page();
}

async function* inGroups(events: AsyncIterable<KeptEvent>): AsyncGenerator<KeptEvent[]> {
  let group: KeptEvent[] = [];
  for await (const event of events) {
    group.push(event);
    if (group.length < AT_ONCE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function fits(event: ScaleEvent, query: EventQuery): boolean {
  return (['project', 'batch', 'task_id', 'kind'] as const).every(
    (name) => query[name] === undefined || event[name] === query[name],
  );
}

function viewOf({ id: _id, ...view }: ScaleEvent): EventView {
  return view;
}

function tokenOf({ day, place }: EventPlace): string {
  return `${day}.${place}`;
}
