import { isRecord } from '../../src/responses/compact.ts';
import { attributeHistogram, tally, tallyLabels } from './histogram.ts';
import { countsInWords } from '../tasks/annotation-counts.ts';
import { count } from '../count.ts';
import type { Shaping } from '../../src/catalog/tool.ts';
import type { ResultInShort } from './inline-results.ts';

type Summarize = (
  content: unknown,
  words: ReadonlySet<string>,
  shaping: Shaping,
) => ResultInShort | undefined;

/** The forms that stored results have, told apart by what is in them. */
const FORMS: readonly Summarize[] = [points, cuboidFrames, annotationFrames, playbackTracks, events];

/** A stored result in short, whatever its form; unknown forms are shown as they are, fenced. */
export function fileInShort(content: unknown, words: ReadonlySet<string>, shaping: Shaping): ResultInShort {
  for (const summarize of FORMS) {
    const inShort = summarize(content, words, shaping);
    if (inShort) return inShort;
  }
  const items = Array.isArray(content) ? content : [content];
  return {
    headline: count(items.length, 'item'),
    facts: {},
    items: items.map((item) => shaping.fenceJson(item, words)),
  };
}

/** Video by frames: the same uuid follows an object. */
function annotationFrames(
  content: unknown,
  words: ReadonlySet<string>,
  shaping: Shaping,
): ResultInShort | undefined {
  const frames = framesWith(content, 'annotations');
  return frames && tracked(frames, 'annotations', words, shaping);
}

function cuboidFrames(
  content: unknown,
  words: ReadonlySet<string>,
  shaping: Shaping,
): ResultInShort | undefined {
  const frames = framesWith(content, 'cuboids');
  return frames && tracked(frames, 'cuboids', words, shaping);
}

function framesWith(content: unknown, member: string): Record<string, unknown>[] | undefined {
  if (!Array.isArray(content) || content.length === 0) return undefined;
  const frames = content.filter(isRecord);
  const holdsObjects = ({ [member]: objects }: Record<string, unknown>): boolean =>
    Array.isArray(objects) && objects.every(isRecord);
  return frames.length === content.length && frames.every(holdsObjects) ? frames : undefined;
}

function tracked(
  frames: readonly Record<string, unknown>[],
  member: string,
  words: ReadonlySet<string>,
  shaping: Shaping,
): ResultInShort {
  const perFrame = frames.map((frame): unknown[] => (Array.isArray(frame[member]) ? frame[member] : []));
  const all = perFrame.flat();
  // What bears no uuid is followed over no frames: each is one.
  const identity = (object: Record<string, unknown>): unknown => object['uuid'] ?? object;
  const firsts = [...new Map(all.filter(isRecord).map((object) => [identity(object), object])).values()];
  const byLabel = tallyLabels(firsts, 'label', shaping);
  return {
    headline: `${count(firsts.length, 'object')} over ${count(frames.length, 'frame')}${labels(byLabel)}`,
    facts: {
      frames: frames.length,
      frames_with_objects: perFrame.filter((objects) => objects.length > 0).length,
      objects: firsts.length,
      [member]: all.length,
      objects_by_label: byLabel,
      by_geometry: tallyLabels(firsts, 'type', shaping),
      extent: extentOf(all),
      attributes: attributeHistogram(all, words, shaping),
    },
    items: frames.map((frame, index) => ({ frame: index, ...asObject(shaping.fenceJson(frame, words)) })),
  };
}

/** Least and greatest positions in metres of world coordinates. */
function extentOf(objects: readonly unknown[]): Record<string, [number, number]> | undefined {
  const positions = objects.flatMap((object) =>
    isRecord(object) && isRecord(object['position']) ? [object['position']] : [],
  );
  if (positions.length === 0) return undefined;
  const axes = ['x', 'y', 'z'] as const;
  return Object.fromEntries(
    axes.map((axis) => {
      const values = positions.map((position) => position[axis]).filter((value) => typeof value === 'number');
      return [axis, [Math.min(...values), Math.max(...values)]];
    }),
  );
}

/** Playback: tracks by uuid, with key frames; an older form wraps them in a list. */
function playbackTracks(
  content: unknown,
  words: ReadonlySet<string>,
  shaping: Shaping,
): ResultInShort | undefined {
  const wrapped: unknown = Array.isArray(content) ? content[0] : undefined;
  const byUuid = isRecord(wrapped) ? wrapped['annotations'] : content;
  if (!isRecord(byUuid)) return undefined;
  const tracks = Object.entries(byUuid);
  if (tracks.length === 0 || !tracks.every(([, track]) => isRecord(track) && Array.isArray(track['frames'])))
    return undefined;
  const objects = tracks.map(([, track]) => track);
  const keyFrames = objects.flatMap((track): unknown[] =>
    isRecord(track) && Array.isArray(track['frames']) ? track['frames'] : [],
  );
  const byLabel = tallyLabels(objects, 'label', shaping);
  return {
    headline: `${count(tracks.length, 'object')} in ${count(keyFrames.length, 'key frame')}${labels(byLabel)}`,
    facts: {
      objects: tracks.length,
      key_frames: keyFrames.length,
      objects_by_label: byLabel,
      by_geometry: tallyLabels(objects, 'geometry', shaping),
      attributes: attributeHistogram(keyFrames, words, shaping),
    },
    items: tracks.map(([uuid, track]) => ({
      uuid: shaping.bare(uuid),
      ...asObject(shaping.fenceJson(track, words)),
    })),
  };
}

/** Lidar points: one index per point and frame, 0 for none. */
function points(content: unknown, _words: ReadonlySet<string>, shaping: Shaping): ResultInShort | undefined {
  if (!isRecord(content) || !Array.isArray(content['point_objects'])) return undefined;
  const objects = Array.isArray(content['objects']) ? content['objects'].filter(isRecord) : [];
  const names = new Map(
    objects.map(({ index, label }) => [
      index,
      typeof label === 'string' ? shaping.word(label, 'other') : 'other',
    ]),
  );
  const frames = content['point_objects'].map((frame): unknown[] => (Array.isArray(frame) ? frame : []));
  const labelOfPoint = frames
    .flat()
    .map((index) => (index === 0 ? 'unlabeled' : (names.get(index) ?? 'other')));
  const byLabel = tally(labelOfPoint);
  return {
    headline: `${count(labelOfPoint.length, 'point')} in ${count(frames.length, 'frame')}${labels(byLabel)}`,
    facts: {
      frames: frames.length,
      points: labelOfPoint.length,
      points_by_label: byLabel,
      objects: objects.length,
    },
    items: frames.map((frame, index) => ({ frame: index, points: frame.length, objects: frame })),
  };
}

function events(content: unknown, words: ReadonlySet<string>, shaping: Shaping): ResultInShort | undefined {
  if (!isRecord(content) || !Array.isArray(content['events'])) return undefined;
  const list = content['events'];
  const byLabel = tallyLabels(list, 'label', shaping);
  return {
    headline: `${count(list.length, 'event')}${labels(byLabel)}`,
    facts: {
      events: list.length,
      by_label: byLabel,
      attributes: attributeHistogram(list, words, shaping),
    },
    items: list.map((event) => shaping.fenceJson(event, words)),
  };
}

/** What there is of each label, behind a headline. */
function labels(counts: Record<string, number>): string {
  const words = countsInWords(counts);
  return words === '' ? '' : ` (${words})`;
}

function asObject(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : { value };
}
