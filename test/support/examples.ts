import { readFileSync } from 'node:fs';

/** The nine types that have a creator of their own, by the tool that makes them. */
export const CREATORS = {
  documenttranscription: 'scale_ai_create_document_transcription_task',
  imageannotation: 'scale_ai_create_image_annotation_task',
  lidarannotation: 'scale_ai_create_lidar_annotation_task',
  lidarsegmentation: 'scale_ai_create_lidar_segmentation_task',
  namedentityrecognition: 'scale_ai_create_named_entity_task',
  segmentannotation: 'scale_ai_create_segmentation_annotation_task',
  textcollection: 'scale_ai_create_text_collection_task',
  videoannotation: 'scale_ai_create_video_annotation_task',
  videoplaybackannotation: 'scale_ai_create_video_playback_task',
} as const;

export type PrimaryType = keyof typeof CREATORS;

export const PRIMARY_TYPES = Object.keys(CREATORS) as PrimaryType[];

/** Types without a creator of their own that Scale documents. */
export const LEGACY_TYPES = [
  'annotation',
  'audiotranscription',
  'categorization',
  'comparison',
  'cuboidannotation',
  'datacollection',
  'lidartopdown',
  'lineannotation',
  'pointannotation',
  'polygonannotation',
  'sensorfusion',
  'transcription',
] as const;

type LegacyType = (typeof LEGACY_TYPES)[number];

export interface Examples {
  minimal: Record<string, unknown>;
  rich: Record<string, unknown>;
  completedResponse: Record<string, unknown>;
  responseFiles?: Record<string, unknown>;
  invalid: { payload: Record<string, unknown>; why: string }[];
}

/** Payloads and results that Scale's documentation describes; see docs/sandbox.md for where facts come from. */
export function examplesOf(type: PrimaryType | LegacyType): Examples {
  return JSON.parse(readFileSync(new URL(`../fixtures/${type}.json`, import.meta.url), 'utf8')) as Examples;
}
