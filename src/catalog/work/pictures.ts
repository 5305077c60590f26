import type { PictureBlock } from '../picture-block.ts';

export interface ShowTaskRequest {
  taskId: string;
  /** Only these are drawn; with an empty list none are, and the outlines are told instead. */
  labels?: readonly string[] | undefined;
  /** The uuid of the annotation that is shown enlarged. */
  around?: string | undefined;
  /** Whether hypotheses and base annotations are drawn too, in dashes. */
  prelabels: boolean;
  /** Whether the first characters of ids are written beside annotations. */
  ids: boolean;
  /** Of a video or of a series of frames, from 0. */
  frame: number;
  /** Longest side of the picture, in pixels. */
  maxSide: number;
}

interface LegendLine {
  label: string;
  colour: string;
  count: number;
  /** How many came with the task, where those are drawn too. */
  prelabels?: number;
}

interface ShownAnnotation {
  id?: string;
  kind: string;
  label: string;
  /** Pixels of the image: left, top, width, height. */
  bounds: readonly [number, number, number, number];
}

/** An annotation for a viewer that draws it itself. */
export interface TaskOutline {
  id?: string;
  kind: 'box' | 'cuboid' | 'ellipse' | 'line' | 'point' | 'polygon';
  label: string;
  /** Pixels of the image, x and y after each other. */
  points: number[];
  /** Lines between points of a cuboid, by their index. */
  edges?: [number, number][];
  /** Such as `#E69F00`. */
  colour: string;
  /** Whether it came with the task, as a hypothesis or base annotation. */
  is_prelabel: boolean;
}

/** What a viewer needs beside the picture without annotations. */
export interface TaskOutlines {
  outlines: TaskOutline[];
  /** Whether they are only to be had as a picture: masks, and outlines too many to tell. */
  is_raster: boolean;
  labels: LegendLine[];
  batch?: string;
  project?: string;
  review_status?: string;
}

export interface ShownTask {
  task_id: string;
  type: string;
  status: string;
  /** Pixels of the image as it is shown to people, and the part of it that the picture shows. */
  image?: { width: number; height: number };
  shown?: { left: number; top: number; width: number; height: number };
  frame?: { index: number; of: number };
  legend: LegendLine[];
  annotations: ShownAnnotation[];
  /** What was not drawn, and why, in sentences. */
  notes: string[];
  picture?: PictureBlock;
  /** Where no label was to be drawn. */
  drawing?: TaskOutlines;
}

export interface ShowSampleRequest {
  batch?: string | undefined;
  project?: string | undefined;
  /** How tasks are chosen: by chance, or those that stand out. */
  choose: 'random' | 'odd';
  /** The same seed chooses the same tasks, as long as there are no others. */
  seed: number;
  /** Only tasks with an annotation of this label. */
  label?: string | undefined;
  /** Only tasks with this review status, as Scale has it. */
  reviewStatus?: string | undefined;
  count: number;
}

export interface SampleTile {
  /** Where it stands on the sheet, from 1, row by row. */
  tile: number;
  task_id: string;
  annotations: number;
  /** What stands out about it. */
  odd: string[];
  notes: string[];
}

export interface ShownSample {
  /** Tasks that were looked at, and those of them that fit. */
  looked_at: number;
  fitting: number;
  /** Whether there are more than were looked at. */
  more: boolean;
  seed: number;
  statistics: {
    annotations_per_task: { least: number; median: number; most: number };
    labels: Record<string, number>;
    /** Side of boxes as the square root of their area, in pixels. */
    box_side_px?: { least: number; median: number; most: number };
    /** Tasks by what is odd about them. */
    odd: Record<string, number>;
  };
  tiles: SampleTile[];
  picture?: PictureBlock;
}

export interface ChartRequest {
  batch?: string | undefined;
  project?: string | undefined;
  show: 'progress' | 'throughput' | 'turnaround' | 'labels' | 'sizes';
}

export interface ShownChart {
  /** Tasks that were read, and whether there are more. */
  tasks: number;
  more: boolean;
  /** What the picture shows, as numbers. */
  unit: string;
  names: readonly string[];
  series: readonly { name: string; values: readonly number[] }[];
  picture?: PictureBlock;
  notes: string[];
}

/** Labels as pictures. */
export interface PictureWork {
  /** @throws NothingFound */
  task(request: ShowTaskRequest): Promise<ShownTask>;
  /** @throws NothingFound */
  sample(request: ShowSampleRequest): Promise<ShownSample>;
  /** @throws NothingFound */
  chart(request: ChartRequest): Promise<ShownChart>;
}
