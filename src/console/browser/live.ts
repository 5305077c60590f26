/**
 * Keeps the page as things stand: takes the sections that have changed from the stream, and says when it is cut off.
 * Everything else the page does without a script.
 */

/** Milliseconds. */
const AGAIN_MS = 5_000;

const title = document.title;
const live = document.querySelector('#live');

function say(text: string, state: 'live' | 'away'): void {
  if (!live) return;
  live.textContent = text;
  live.className = state;
}

/** Times as the person's clock has them. */
function localize(root: ParentNode): void {
  for (const time of root.querySelectorAll('time')) {
    const at = new Date(time.dateTime);
    const isToday = at.toDateString() === new Date().toDateString();
    const day = at.toLocaleDateString([], { month: 'short', day: 'numeric' });
    const form = time.dataset['form'];
    const clock = at.toLocaleTimeString([], {
      hour: '2-digit',
      minute: '2-digit',
      ...(form === 'time' && { second: '2-digit' }),
    });
    const text = form === 'day' ? day : isToday ? clock : `${day}, ${clock}`;
    if (time.textContent !== text) time.textContent = text;
    time.title = at.toLocaleString();
  }
}

/** Marks the part that has the focus, so that it can be found again in what takes its place. */
function focusPath(section: Element): number | undefined {
  const active = document.activeElement;
  if (!active || !section.contains(active)) return undefined;
  return [...section.querySelectorAll('a, button, summary, input')].indexOf(active);
}

/** Puts new content in place; what was opened stays open, and the focus where it was. */
function replace(id: string, content: string): void {
  const section = document.getElementById(id);
  if (!section) return;
  const template = document.createElement('template');
  template.innerHTML = content;
  localize(template.content);
  const opened = new Map<string, boolean>();
  for (const details of section.querySelectorAll('details'))
    opened.set(details.dataset['key'] ?? '', details.open);
  for (const details of template.content.querySelectorAll('details')) {
    const wasOpen = opened.get(details.dataset['key'] ?? '');
    if (wasOpen !== undefined) details.open = wasOpen;
  }
  const focused = focusPath(section);
  section.replaceChildren(template.content);
  const again =
    focused === undefined ? undefined : section.querySelectorAll('a, button, summary, input')[focused];
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

/** A question that waits is seen in the list of tabs. */
function countInTitle(): void {
  const waiting = document.querySelector<HTMLElement>('[data-waiting]')?.dataset['waiting'] ?? '0';
  document.title = waiting === '0' ? title : `(${waiting}) ${title}`;
}

function isSections(value: unknown): value is [string, string][] {
  return (
    Array.isArray(value) &&
    value.every((one: unknown) => Array.isArray(one) && one.every((part) => typeof part === 'string'))
  );
}

function follow(): void {
  const stream = new EventSource('/console/events');
  stream.addEventListener('open', () => say('live', 'live'));
  stream.addEventListener('sections', ({ data }: MessageEvent<string>) => {
    const sections: unknown = JSON.parse(data);
    if (!isSections(sections)) return;
    for (const [id, content] of sections) replace(id, content);
    countInTitle();
  });
  stream.addEventListener('signed-out', () => {
    stream.close();
    location.replace('/console');
  });
  stream.addEventListener('error', () => {
    say('disconnected, trying again', 'away');
    if (stream.readyState !== EventSource.CLOSED) return; // the browser tries by itself
    setTimeout(follow, AGAIN_MS);
  });
}

localize(document);
countInTitle();
say('connecting', 'away');
follow();
// What a form has led to is said once, and not with every reload.
if (location.search !== '') history.replaceState(null, '', location.pathname + location.hash);
