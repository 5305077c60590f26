import { uuidFrom } from '../ids.ts';
import { isObject } from '../json.ts';
import { answerAttributes } from './attributes.ts';
import { leaves } from './labels.ts';
import { createRandom } from './random.ts';
import { DRAW } from './shapes.ts';
import type { JsonObject } from '../json.ts';
import type { Random } from './random.ts';
import type { Answer, Files } from './result-file.ts';
import type { Size } from './shapes.ts';

/** A video whose length cannot be known is taken to have this many frames. */
const FRAMES_OF_A_VIDEO = 90;
const KEY_FRAME_EVERY = 15;
const FRAMES_PER_SECOND = 30;

interface Track {
  uuid: string;
  kind: string;
  label: string | undefined;
  shape: JsonObject;
  attributes: JsonObject;
}

/** One list per frame; the same uuid follows an object through all of them. */
export function labelVideoFrames(params: JsonObject, image: Size, files: Files): Answer {
  const tracks = tracksOf(params, image);
  const count = Array.isArray(params['attachments']) ? params['attachments'].length : FRAMES_OF_A_VIDEO;
  const frames = Array.from({ length: count }, () => ({
    annotations: tracks.map(({ uuid, kind, label, shape, attributes }) => ({
      uuid,
      type: kind,
      label,
      ...shape,
      attributes,
    })),
  }));
  return withEvents(params, count, { annotations: { url: files.json('annotations', frames) } }, files);
}

/** Keyed by uuid with key frames; the time stands in both members that are known from documents and files. */
export function labelPlayback(params: JsonObject, image: Size, files: Files): Answer {
  const byUuid: JsonObject = {};
  for (const { uuid, kind, label, shape, attributes } of tracksOf(params, image)) {
    const keys = Array.from(
      { length: FRAMES_OF_A_VIDEO / KEY_FRAME_EVERY },
      (_, index) => index * KEY_FRAME_EVERY,
    );
    byUuid[uuid] = {
      label,
      geometry: kind,
      frames: keys.map((key) => {
        const seconds = key / FRAMES_PER_SECOND;
        return { key, timestamp: seconds, timestamp_secs: seconds, ...shape, attributes };
      }),
    };
  }
  return withEvents(
    params,
    FRAMES_OF_A_VIDEO,
    { annotations: { url: files.json('annotations', byUuid) } },
    files,
  );
}

function tracksOf(params: JsonObject, image: Size): Track[] {
  const seed = JSON.stringify(params);
  const random = createRandom(seed);
  const tracks: Track[] = [];
  const geometries = isObject(params['geometries']) ? params['geometries'] : {};
  for (const [kind, options] of Object.entries(geometries)) {
    const draw = DRAW[kind];
    if (!draw || !isObject(options)) continue;
    for (const label of leaves(options['objects_to_annotate'])) {
      const uuid = uuidFrom(`${seed}#${tracks.length}`);
      const attributes = answerAttributes(
        params['annotation_attributes'],
        { label, linkable: new Map() },
        random,
      );
      tracks.push({ uuid, kind, label, shape: draw(random, image, options), attributes });
    }
  }
  return tracks;
}

function withEvents(params: JsonObject, frames: number, response: JsonObject, files: Files): Answer {
  const asked = params['events_to_annotate'];
  if (!Array.isArray(asked) || asked.length === 0) return { response, files: files.files };
  const random = createRandom(JSON.stringify(asked));
  const events = asked.map((label: unknown) => event(label, frames, random));
  return { response: { ...response, events: { url: files.json('events', { events }) } }, files: files.files };
}

function event(label: unknown, frames: number, random: Random): JsonObject {
  const start = random.integer(0, Math.max(frames - 1, 0));
  const end = random.integer(start, Math.max(frames - 1, 0));
  return {
    label,
    type: 'range',
    start,
    end,
    startTime: start / FRAMES_PER_SECOND,
    endTime: end / FRAMES_PER_SECOND,
    attributes: {},
  };
}
