import { AttachmentUnreadableError } from '../../scale/attachment.ts';
import { ForeignResultUrlError } from '../../scale/result-file.ts';
import { ScaleError } from '../../scale/errors.ts';
import { UnreadableImageError, blankImage, frameOfVideo } from '../../pictures/renderer.ts';
import { isRecord } from '../../responses/compact.ts';
import { boundsOf } from '../../labels/geometry.ts';
import { readShapes } from '../../labels/shapes.ts';
import {
  attachmentsOf,
  indexedMaskUrl,
  inlinePrelabels,
  inlineShapes,
  maskLabels,
  unreadAnswer,
} from '../../labels/labeled-task.ts';
import { groundOutlines, topDown } from '../../pictures/top-down.ts';
import { readTaskFile } from './find-image.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { LabeledTask } from '../../labels/labeled-task.ts';
import type { Shape } from '../../labels/shapes.ts';

/** What can be drawn of a task. */
export interface TaskContent {
  /** Undefined where the task is about no picture. */
  image?: Buffer;
  shapes: Shape[];
  prelabels: Shape[];
  mask?: { indexed: Buffer; labels: ReadonlyMap<number, string> };
  frame?: { index: number; of: number };
  /** What could not be drawn, and why, in sentences. */
  notes: string[];
}

interface Asked {
  frame: number;
  prelabels: boolean;
}

/** Types whose results are shapes on frames, behind a URL. */
const VIDEO = new Set(['videoannotation', 'videoplaybackannotation', 'videoboxannotation']);
const LIDAR = new Set([
  'lidarannotation',
  'lidarsegmentation',
  'lidartopdown',
  'lidarlinking',
  'sensorfusion',
]);

/** A canvas for annotations whose image cannot be had. */
const WITHOUT_IMAGE = { width: 1_920, height: 1_080 };

/** Reads what a task is about and what was labeled. What cannot be read is told, and the rest is drawn. */
export async function contentOf(task: LabeledTask, asked: Asked, scale: ScaleAccess): Promise<TaskContent> {
  const reader = new Reader(task, scale);
  if (task.type === 'segmentannotation') return reader.segmentation(asked);
  if (VIDEO.has(task.type)) return reader.videoFrame(asked);
  if (LIDAR.has(task.type)) return reader.lidarFrame(asked);
  return reader.image(asked);
}

class Reader {
  readonly #task: LabeledTask;
  readonly #scale: ScaleAccess;
  readonly #notes: string[] = [];

  constructor(task: LabeledTask, scale: ScaleAccess) {
    this.#task = task;
    this.#scale = scale;
  }

  async image({ frame, prelabels }: Asked): Promise<TaskContent> {
    const pages = attachmentsOf(this.#task.params);
    const isSeries = pages.length > 1;
    const page = Math.min(frame, Math.max(0, pages.length - 1));
    const { shapes, unread } = inlineShapes(this.#task, isSeries ? page : undefined);
    this.#noteUnread(unread);
    const unknown = unreadAnswer(this.#task);
    if (unknown !== undefined) this.#notes.push(unknown);
    const drawn = prelabels ? inlinePrelabels(this.#task) : [];
    const image = await this.#fileOr(pages[page], [...shapes, ...drawn]);
    return {
      ...(image && { image }),
      shapes,
      prelabels: drawn,
      ...(isSeries && { frame: { index: page, of: pages.length } }),
      notes: this.#notes,
    };
  }

  async segmentation({ prelabels }: Asked): Promise<TaskContent> {
    const { params, response } = this.#task;
    const isResult = indexedMaskUrl(response) !== undefined;
    const { hypothesis } = params;
    const source = isResult || !prelabels || !isRecord(hypothesis) ? response : hypothesis;
    const url = indexedMaskUrl(source);
    const image = await this.#fileOr(attachmentsOf(params)[0], []);
    const indexed = url === undefined ? undefined : await this.#result(url, 'the mask');
    if (url === undefined && this.#task.status === 'completed')
      this.#notes.push('The response holds no mask with an index for each pixel, so no mask was drawn.');
    return {
      ...(image && { image }),
      shapes: [],
      prelabels: [],
      ...(indexed && { mask: { indexed, labels: maskLabels(source) } }),
      notes: this.#notes,
    };
  }

  async videoFrame({ frame }: Asked): Promise<TaskContent> {
    const frames = await this.#framesOf();
    const files = attachmentsOf(this.#task.params);
    const isVideo = this.#task.params['attachment'] !== undefined || files.length === 0;
    const of = Math.max(frames.length, isVideo ? 1 : files.length);
    const index = Math.min(frame, of - 1);
    const at = frames[index];
    const { shapes, unread } = readShapes(isRecord(at) ? at['annotations'] : at);
    this.#noteUnread(unread);
    const decoded = isVideo ? await this.#decodedFrame(index) : undefined;
    const image = decoded ?? (await this.#fileOr(isVideo ? undefined : files[index], shapes));
    return { ...(image && { image }), shapes, prelabels: [], frame: { index, of }, notes: this.#notes };
  }

  /** The frame with this number of those that were annotated, which may be fewer than the video has. */
  async #decodedFrame(index: number): Promise<Buffer | undefined> {
    const { params } = this.#task;
    const { attachment: url } = params;
    if (typeof url !== 'string') return undefined;
    const rate = [params['annotation_frame_rate'], params['frame_rate']].find(
      (one) => typeof one === 'number',
    );
    const video = await this.#file(url, 'the video');
    if (!video) return undefined;
    try {
      return await frameOfVideo(video, index / (typeof rate === 'number' && rate > 0 ? rate : 1));
    } catch (error) {
      if (!(error instanceof UnreadableImageError)) throw error;
      this.#notes.push(`Annotations are drawn on an empty canvas: ${error.message}.`);
      return undefined;
    }
  }

  async lidarFrame({ frame }: Asked): Promise<TaskContent> {
    const frames = this.#task.type === 'lidarannotation' ? await this.#framesOf() : [];
    const files = attachmentsOf(this.#task.params);
    const of = Math.max(frames.length, files.length, 1);
    const index = Math.min(frame, of - 1);
    const at = frames[index];
    const { shapes: outlines, unread } = groundOutlines(isRecord(at) ? at['cuboids'] : undefined);
    this.#noteUnread(unread);
    if (this.#task.type !== 'lidarannotation')
      this.#notes.push(`Of ${this.#task.type} only the points are drawn, not its labels.`);
    const scene = await topDown(await this.#lidarPoints(files[index]), outlines);
    if (scene.points === 0)
      this.#notes.push('No points could be read from the frame; cuboids are drawn alone.');
    return {
      image: scene.image,
      shapes: scene.shapes,
      prelabels: [],
      frame: { index, of },
      notes: this.#notes,
    };
  }

  /** Lists of annotations by frame: an array, or tracks with key frames where a video was played. */
  async #framesOf(): Promise<unknown[]> {
    const { annotations } = this.#task.response;
    const url = isRecord(annotations) ? annotations['url'] : undefined;
    if (typeof url !== 'string') return [];
    const bytes = await this.#result(url, 'the annotations');
    const content = bytes && parsed(bytes);
    if (Array.isArray(content)) return content.map((frame: unknown) => frame);
    return isRecord(content) ? framesOfTracks(content) : [];
  }

  async #lidarPoints(url: string | undefined): Promise<unknown> {
    if (url === undefined) return undefined;
    const bytes = await this.#file(url, 'the frame');
    return bytes && parsed(bytes);
  }

  /** An empty canvas as large as the annotations need, where there are any and the image cannot be had. */
  async #fileOr(url: string | undefined, shapes: readonly Shape[]): Promise<Buffer | undefined> {
    const image = url === undefined ? undefined : await this.#file(url, 'the image');
    if (image || shapes.length === 0) return image;
    const { left, top, width, height } = boundsOf(shapes.flatMap(({ points }) => points));
    return blankImage({
      width: Math.min(20_000, Math.max(WITHOUT_IMAGE.width, Math.ceil(left + width))),
      height: Math.min(20_000, Math.max(WITHOUT_IMAGE.height, Math.ceil(top + height))),
    });
  }

  async #file(url: string, what: string): Promise<Buffer | undefined> {
    try {
      return await readTaskFile(this.#task, url, this.#scale);
    } catch (error) {
      if (!(error instanceof AttachmentUnreadableError) && !(error instanceof ScaleError)) throw error;
      this.#notes.push(`Without ${what}: ${error.message.replace(/\.$/, '')}.`);
      return undefined;
    }
  }

  async #result(url: string, what: string): Promise<Buffer | undefined> {
    try {
      return Buffer.from((await this.#scale.readResult(url)).bytes);
    } catch (error) {
      if (!(error instanceof ForeignResultUrlError) && !(error instanceof ScaleError)) throw error;
      this.#notes.push(`Without ${what}: ${error.message.replace(/\.$/, '')}.`);
      return undefined;
    }
  }

  #noteUnread(unread: number): void {
    if (unread > 0)
      this.#notes.push(`${unread} annotations have no coordinates that are known, and are not drawn.`);
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Tracks of videoplaybackannotation: at each key frame where its objects stand. */
function framesOfTracks(tracks: Readonly<Record<string, unknown>>): unknown[] {
  const frames: { annotations: unknown[] }[] = [];
  for (const [uuid, track] of Object.entries(tracks)) {
    if (!isRecord(track) || !Array.isArray(track['frames'])) continue;
    for (const one of track['frames']) {
      const key = isRecord(one) ? one['key'] : undefined;
      if (!isRecord(one) || typeof key !== 'number' || key < 0 || key > 100_000) continue;
      frames[key] ??= { annotations: [] };
      frames[key].annotations.push({ ...one, uuid, label: track['label'], type: track['geometry'] });
    }
  }
  return Array.from(frames, (frame) => frame ?? { annotations: [] });
}
