import { catalog } from '../../tools/index.ts';
import type { Exchange } from './model/exchange.ts';
import type { Script } from './model/script.ts';
import { MARKS } from './place.ts';
import type { Place } from './place.ts';

/** What one run of a program came to. */
export interface Trace {
  exchanges: Exchange[];
  stdout: string;
  stderr: string;
  /** `null` where it was stopped. */
  code: number | null;
}

/** One thing that a framework is to get through, told to the model as a script. */
export interface Scenario {
  name: string;
  script(place: Place, id: string): Promise<Script> | Script;
  /** In words that are compared with what is expected; the same words for the same outcome. */
  judge(trace: Trace, place: Place, id: string): Promise<string> | string;
}

const GEOMETRIES = { box: { objects_to_annotate: ['traffic_sign', 'car'], min_width: 10 } };
/** The same as the tool's schema lists it, and an attribute. */
const GEOMETRIES_LISTED = Object.entries(GEOMETRIES).map(([name, given]) => ({ name, ...given }));
const ATTRIBUTES = [
  { name: 'occluded', type: 'category', description: 'Is it hidden in part?', choices: ['yes', 'no'] },
];
const END = { say: 'All is done.' } as const;

const OURS = /scale_ai_/;

/** Exchanges that brought tools of the server. */
const withTools = ({ exchanges }: Trace): Exchange[] =>
  exchanges.filter(({ tools }) => tools.some(({ name }) => OURS.test(name)));

/** A call that a step of the script asks for. */
const isCall = ({ answered }: Exchange): boolean =>
  answered.kind === 'call' && answered.aside === undefined && answered.tool.name !== 'final_answer';

/** Result of the nth call, and whether an image came with it, as the next request brought it. */
function resultOf(
  trace: Trace,
  nth: number,
): { text: string; after: Exchange; waitedMs: number } | undefined {
  const all = withTools(trace);
  const asked = all.filter(isCall)[nth];
  const index = asked ? all.indexOf(asked) : all.length;
  const after = all.find(
    ({ answered }, place) => place > index && !(answered.kind === 'call' && answered.aside === 'wait'),
  );
  const last = after?.results.at(-1);
  if (!asked || !after || !last) return undefined;
  return { text: last.text, after, waitedMs: after.atMs - asked.atMs };
}

/** Why a program came no further, in one line. */
function whyNot({ stderr, stdout, code }: Trace): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => /error|exception|refused|denied|timed? ?out/i.test(line)).at(-1);
  const line = telling ?? lines.findLast((one) => one !== '') ?? 'it said nothing';
  const neutral = line.replace(/127\.0\.0\.1:\d+/g, 'the server').replace(/\/tmp\/[\w./-]+/g, '…');
  return `ended ${code === null ? 'by force' : `with ${code}`}: ${neutral.slice(0, 160)}`;
}

const ended = (trace: Trace): string => (hasEnded(trace) ? '' : `; ${whyNot(trace)}`);

function judgeList(trace: Trace): string {
  const first = withTools(trace).toSorted((one, other) => other.tools.length - one.tools.length)[0];
  if (!first) return `none: ${whyNot(trace)}`;
  const isFound = trace.exchanges.some(
    ({ answered }) => answered.kind === 'call' && answered.aside === 'search',
  );
  const ours = first.tools.filter(({ name }) => OURS.test(name));
  const count = ours.length === catalog.length ? 'all' : `${ours.length} of ${catalog.length}`;
  const task = ours.find(({ name }) => name.endsWith('create_image_annotation_task'));
  const isWhole = JSON.stringify(task?.schema ?? {}).includes('objects_to_annotate');
  // One is loaded by each search, and the first search may have come before the server was ready.
  if (ours.some(({ isDeferred }) => isDeferred)) return `${count}, by name until the model searches`;
  if (ours.some(({ through }) => through !== undefined))
    return 'found by searching, called through another tool';
  if (isFound) return `${count}, once the model searches`;
  const [complaint] = first.complaints;
  const more = first.complaints.length > 1 ? ` and ${first.complaints.length - 1} more` : '';
  const taken = complaint === undefined ? '' : `, of which the real API refuses ${complaint}${more}`;
  return `${count}${isWhole ? '' : ', without the members of arguments'}${taken}`;
}

const work: Scenario = {
  name: 'call',
  script: (_, id) => [
    {
      tool: 'scale_ai_create_project',
      args: {
        name: id,
        type: 'imageannotation',
        rapid: true,
        params: JSON.stringify({ instruction: 'Draw boxes.' }),
      },
    },
    { tool: 'scale_ai_create_batch', args: { project: id, name: `${id}/1` } },
    {
      tool: 'scale_ai_create_image_annotation_task',
      args: {
        batch: `${id}/1`,
        attachment: 'https://example.com/street.jpg',
        geometries: GEOMETRIES_LISTED,
        annotation_attributes: ATTRIBUTES,
        unique_id: `${id}#1`,
      },
    },
    { tool: 'scale_ai_get_task', args: { task_id: '{{task_id}}' } },
    END,
  ],
  async judge(trace, { ask }, id) {
    const project = await ask('GET', `/projects/${encodeURIComponent(id)}`);
    const { docs = [] } = (await ask('GET', `/tasks?project=${encodeURIComponent(id)}`)) as {
      docs?: { params?: unknown; batch?: string }[];
    };
    const lacks = [
      ...(JSON.stringify(project).includes('Draw boxes.') ? [] : ['the project with its parameters']),
      ...(docs[0]?.batch === `${id}/1` ? [] : ['the task in its batch']),
      ...(JSON.stringify(docs[0]?.params ?? {}).includes('min_width') ? [] : ['its geometries']),
      ...(JSON.stringify(docs[0]?.params ?? {}).includes('occluded') ? [] : ['its attribute']),
      ...(resultOf(trace, 3)?.text.includes(`${id}#1`) ? [] : ['the task read back']),
    ];
    return `${lacks.length === 0 ? 'ok' : `lacks ${lacks.join(', ')}`}${ended(trace)}`;
  },
};

/** One that only the server can refuse, and one that a client may refuse by itself, since the schema says so. */
const refused: Scenario = {
  name: 'refused',
  script: () => [
    { tool: 'scale_ai_wait_for_tasks', args: { project: 'photos', until: 'someday' } },
    { tool: 'scale_ai_get_batch', args: {} },
    // One that succeeds: Hermes Agent calls no more after three failures in a row.
    { tool: 'scale_ai_list_projects', args: {} },
    END,
  ],
  judge(trace) {
    const [bad, lacking] = [resultOf(trace, 0), resultOf(trace, 1)];
    if (!bad || !lacking) return `the model never hears of it${ended(trace)}`;
    const reasons = [
      ...(/all_done|share_done|someday|until/.test(bad.text) ? [] : ['a value']),
      ...(/batch_name/.test(lacking.text) ? [] : ['an argument that is missing']),
    ];
    const words = reasons.length === 0 ? 'the model reads why' : `no reason for ${reasons.join(' and ')}`;
    return `${words}${ended(trace)}`;
  },
};

const consent: Scenario = {
  name: 'consent',
  async script({ ask }, id) {
    await ask('POST', '/projects', { name: `${id}/asks`, type: 'imageannotation', rapid: true });
    await ask('POST', '/batches', { project: `${id}/asks`, name: `${id}/asks/1` });
    const attachment = 'https://example.com/asks.jpg';
    await ask('POST', '/task/imageannotation', { batch: `${id}/asks/1`, attachment, geometries: GEOMETRIES });
    const finalize = { tool: 'scale_ai_finalize_batch', args: { batch_name: `${id}/asks/1` } };
    return [finalize, { person: 'approves' }, finalize, END];
  },
  judge(trace, _, id) {
    const [first, second] = [resultOf(trace, 0), resultOf(trace, 1)];
    if (!first) return `no answer${ended(trace)}`;
    const person = trace.exchanges.flatMap((one) => one.person).join();
    const isDone = second?.text.includes('Finalized batch') === true;
    if (first.text.includes('Finalized batch')) return `asked in the program${ended(trace)}`;
    if (person === 'approved: 200')
      return `link, ${isDone ? 'then it goes on' : 'and no way on'}${ended(trace)}`;
    if (person === 'the link is dead') return `a link, which is dead${ended(trace)}`;
    const why = /"message\\*":\s*\\*"(.+?)(?:\\*"|$)/.exec(first.text)?.[1] ?? first.text;
    return `no link: ${why.replaceAll(id, '…').replaceAll(/\s+/g, ' ').slice(0, 120)}${ended(trace)}`;
  },
};

const picture: Scenario = {
  name: 'picture',
  script: ({ pictureTask }) => [{ tool: 'scale_ai_show_task', args: { task_id: pictureTask } }, END],
  judge(trace) {
    const result = resultOf(trace, 0);
    if (!result) return `no answer${ended(trace)}`;
    const { images, base64Texts } = result.after;
    const unseen = result.after.complaints.find((one) => one.startsWith('an image'));
    const isLeftOut = result.text.includes('left out, since this server');
    const none = isLeftOut ? 'words only, as the server is told' : `no image${unseen ? `: ${unseen}` : ''}`;
    const what = images > 0 ? 'image' : base64Texts > 0 ? 'as text of base64' : none;
    const words = /traffic_sign|car/.test(result.text) ? '' : ', without its words';
    return `${what}${words}${ended(trace)}`;
  },
};

const LONG_MS = 40_000;

const wait: Scenario = {
  name: 'wait',
  script: () => [{ tool: 'scale_ai_wait_for_tasks', args: { batch: 'long-1' } }, END],
  judge(trace) {
    const result = resultOf(trace, 0);
    if (!result) return `no answer${ended(trace)}`;
    const seconds = Math.round(result.waitedMs / 1_000);
    const isWhole = result.text.includes('settled') || /\bof 10 tasks ended\b/.test(result.text);
    if (isWhole && result.waitedMs >= LONG_MS) return `ok${ended(trace)}`;
    return `${isWhole ? 'answered' : 'given up'} after ${seconds} s: ${result.text.slice(0, 80)}${ended(trace)}`;
  },
};

const large: Scenario = {
  name: 'large',
  script: () => [{ tool: 'scale_ai_get_task', args: { unique_id: 'large', detail: 'full' } }, END],
  judge(trace) {
    const result = resultOf(trace, 0);
    if (!result) return `no answer${ended(trace)}`;
    const seen = [...new Set(result.text.match(/mark-\d+/g) ?? [])];
    const kilo = Math.round(result.text.length / 1_000);
    // The server ends with what it has left out; a host cuts in the middle, or at the end.
    const isOfServer = /omitted/.test(result.text) && seen.every((mark, at) => mark === `mark-${at}`);
    const cut = isOfServer ? `shortened by the server to ${kilo} k characters` : `cut by the client`;
    const what = seen.length >= MARKS ? 'whole' : `${cut}: ${seen.length} of ${MARKS} parts`;
    return `${what}${ended(trace)}`;
  },
};

const connect: Scenario = {
  name: 'connect',
  script: () => [{ tool: 'scale_ai_get_account', args: {} }, END],
  judge(trace) {
    if (withTools(trace).length === 0) return whyNot(trace);
    return `ok${ended(trace)}`;
  },
};

/** What a program is taken through in the short form: no long wait, no long result. */
export const SHORT_SCENARIOS: readonly Scenario[] = [connect, work, refused, consent, picture];
export const SCENARIOS: readonly Scenario[] = [...SHORT_SCENARIOS, large, wait];

/** One script after the other, for one conversation. */
export function together(scripts: readonly Script[]): Script {
  return [...scripts.flatMap((script) => script.filter((step) => !('say' in step))), END];
}

export const hasEnded = ({ stdout }: Trace): boolean => stdout.includes(END.say);

/** The rest of a conversation, from its nth call on. */
export function fromCall(trace: Trace, nth: number): Trace {
  const first = trace.exchanges.filter(isCall)[nth];
  return { ...trace, exchanges: first ? trace.exchanges.slice(trace.exchanges.indexOf(first)) : [] };
}

export { consent, judgeList };
