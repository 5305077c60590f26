import type { EventPage, EventQuery, EventView } from '../../catalog/work/events.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { JobRuntime } from '../job-runtime.ts';
import type { KeptEvent } from './event-log.ts';
import type { ScaleEvent } from './event.ts';

/** Of the events that match, how many are checked for one page. */
const MAX_CHECKED = 300;

/** Scale is not asked any further after so many of which it could not be asked. */
const MAX_UNCHECKED = 20;

/** Look-ups at Scale at once. */
const AT_ONCE = 10;

/** What matches and may be seen, the newest first, from a place on. */
export async function readPage(
  { events, readable }: Pick<JobRuntime, 'events' | 'readable'>,
  scope: CallerScope,
  { query, before }: { query: EventQuery; before: number | undefined },
): Promise<Omit<EventPage, 'configured'>> {
  const found: EventView[] = [];
  const counts = { checked: 0, unchecked: 0 };
  let last: number | undefined;
  const isFull = (): boolean =>
    found.length === query.limit || counts.checked >= MAX_CHECKED || counts.unchecked >= MAX_UNCHECKED;
  const page = (): Omit<EventPage, 'configured'> => ({
    events: found,
    ...(counts.unchecked > 0 && { unchecked: counts.unchecked }),
  });
  for await (const group of inGroups(events.newestFirst(query, before))) {
    const verdicts = isFull()
      ? []
      : await Promise.all(group.map(({ event }) => readable.allows(event, scope)));
    for (const [index, { event, position }] of group.entries()) {
      if (isFull()) return { ...page(), ...(last !== undefined && { next_token: String(last) }) };
      last = position;
      const verdict = verdicts[index];
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

function viewOf({ id: _id, ...view }: ScaleEvent): EventView {
  return view;
}
