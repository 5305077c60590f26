import { SEED_SLUGS } from './seed-slugs.ts';
import type { Presets } from '../src/catalog/selection.ts';

/** From a project to its results, and nothing beside: for hosts with small windows. In the order of use. */
const MINIMAL = [
  'SCALE_AI_LIST_PROJECTS',
  'SCALE_AI_GET_PROJECT',
  'SCALE_AI_CREATE_PROJECT',
  'SCALE_AI_CREATE_BATCH',
  'SCALE_AI_UPLOAD_FILE',
  'SCALE_AI_CREATE_IMAGE_ANNOTATION_TASK',
  'SCALE_AI_CREATE_TASK',
  'SCALE_AI_FINALIZE_BATCH',
  'SCALE_AI_GET_BATCH_STATUS',
  'SCALE_AI_LIST_TASKS',
  'SCALE_AI_GET_TASK',
  'SCALE_AI_GET_SECURE_TASK_RESPONSE_URL',
] as const;

/** Selections that cut across the toolsets, by the slugs of their tools. */
export const PRESETS: Presets = { minimal: new Set(MINIMAL), seed: SEED_SLUGS };
