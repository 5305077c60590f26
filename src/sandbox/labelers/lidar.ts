import { uuidFrom } from '../ids.ts';
import { answerAttributes } from './attributes.ts';
import { leaves } from './labels.ts';
import { createRandom } from './random.ts';
import type { JsonObject } from '../json.ts';
import type { Answer, Files } from './result-file.ts';

/** Frames are not fetched, so how many points they hold is made up. */
const POINTS_PER_FRAME = 2_000;
const OBJECTS_PER_LABEL = 2;

/** A list of cuboids per frame; metres in world coordinates, yaw in radians. */
export function labelLidar(params: JsonObject, files: Files): Answer {
  const seed = JSON.stringify(params);
  const random = createRandom(seed);
  const objects = leaves(params['labels']).flatMap((label) =>
    Array.from({ length: OBJECTS_PER_LABEL }, (_, number) => ({
      uuid: uuidFrom(`${seed}#${label}#${number}`),
      label,
      x: random.integer(-300, 300) / 10,
      y: random.integer(-300, 300) / 10,
      attributes: answerAttributes(params['annotation_attributes'], { label, linkable: new Map() }, random),
    })),
  );
  const frames = Array.from({ length: frameCount(params) }, (_, frame) => ({
    cuboids: objects.map(({ uuid, label, x, y, attributes }) => ({
      uuid,
      label,
      position: { x: x - frame, y, z: 0.8 },
      dimensions: { x: 1.9, y: 4.5, z: 1.6 },
      yaw: 1.57,
      distance_to_device: Math.round(Math.hypot(x - frame, y) * 10) / 10,
      numberOfPoints: 120,
      stationary: false,
      attributes,
    })),
  }));
  return { response: { annotations: { url: files.json('annotations', frames) } }, files: files.files };
}

/** One number per point and frame: the index of its label, 0 for none. */
export function segmentLidar(params: JsonObject, files: Files): Answer {
  const random = createRandom(JSON.stringify(params));
  const objects = leaves(params['labels']).map((label, index) => ({ label, index: index + 1 }));
  const frames = Array.from({ length: frameCount(params) }, () =>
    Array.from({ length: POINTS_PER_FRAME }, () => random.integer(0, objects.length)),
  );
  const url = files.json('point_segmentations', { objects, point_objects: frames });
  return { response: { point_segmentations: { url } }, files: files.files };
}

function frameCount(params: JsonObject): number {
  const { attachments, lidar_task_frames: chosen } = params;
  const list = Array.isArray(attachments) ? attachments : chosen;
  return Array.isArray(list) ? list.length : 1;
}
