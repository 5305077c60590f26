import type { JsonObject } from './json.ts';

/** What the sandbox knows of a task type; the rest of its parameters is kept as it comes. */
export interface TaskType {
  /** Each must be there after the project's parameters have been merged in; of a nested list one is enough. */
  required: readonly (string | readonly string[])[];
  /** Filled into `params` where the request leaves them out. */
  defaults: JsonObject;
  /** What the task says when nobody gave an instruction. */
  instruction?: string;
}

const ATTACHMENT: readonly string[] = ['attachment', 'attachments'];

/** One geometry on one picture: the legacy types that imageannotation replaced. */
const DRAWING: TaskType['required'] = ['attachment', 'objects_to_annotate'];

function type(required: TaskType['required'], defaults: JsonObject = {}): TaskType {
  return { required, defaults };
}

/** Every type with a documented page, and those that exist as names only, which ask for nothing. */
export const TASK_TYPES: Readonly<Record<string, TaskType>> = {
  documenttranscription: type([ATTACHMENT, ['features', 'fields']]),
  imageannotation: type(['attachment', 'geometries'], { attachment_type: 'image' }),
  lidarannotation: type(['attachments', 'labels'], { attachment_type: 'json' }),
  lidarsegmentation: type(['labels', ['attachments', 'lidar_task']]),
  namedentityrecognition: type(['text', 'labels']),
  segmentannotation: type(['attachment', 'labels'], { allow_unlabeled: false, allow_parent_labels: false }),
  textcollection: type(['fields']),
  videoannotation: type([ATTACHMENT, 'geometries']),
  videoplaybackannotation: type(['attachment', 'geometries']),
  lidartopdown: type(['project', ATTACHMENT, 'geometries']),
  sensorfusion: type([
    'project',
    'instruction',
    'attachments',
    'scene_format',
    'annotation_definition',
    'callback_url',
    'is_frameless',
  ]),
  categorization: type(['attachment', 'attachment_type', ['categories', 'taxonomies']], {
    allow_multiple: false,
  }),
  comparison: type(['attachments', 'attachment_type', ['choices', 'fields']]),
  transcription: type(['attachment', 'attachment_type', ['fields', 'repeatable_fields']]),
  datacollection: type(['attachment', 'attachment_type', 'fields']),
  annotation: type(DRAWING, { min_width: 0, min_height: 0 }),
  polygonannotation: type(DRAWING),
  lineannotation: type(DRAWING, { splines: false }),
  pointannotation: type(DRAWING),
  cuboidannotation: type(DRAWING, {
    with_labels: true,
    min_annotations: 0,
    max_annotations: 0,
  }),
  audiotranscription: {
    ...type(['attachment'], { verbatim: false, skip_human_transcription: false }),
    instruction: 'Please transcribe the attached audio file.',
  },
  lidarlinking: type([]),
  documentmodel: type([]),
  laneannotation: type([]),
  videoboxannotation: type([]),
  videocuboidannotation: type([]),
  federal2dvideoannotation: type([]),
  chat: type([]),
  chatexperimental: type([]),
  chatlite: type([]),
  multichat: type([]),
  multistage: type([]),
};

/** Members of a creation request that are not parameters of the type: they stand on the task itself. */
export const COMMON_FIELDS: ReadonlySet<string> = new Set([
  'project',
  'batch',
  'instruction',
  'callback_url',
  'metadata',
  'priority',
  'unique_id',
  'clear_unique_id_on_error',
  'tags',
  'project_version',
  'project_param_version',
  'urgency',
]);

/** Options that a geometry has where the request does not give them. */
export const GEOMETRY_DEFAULTS: Readonly<Record<string, JsonObject>> = {
  box: { min_height: 0, min_width: 0, can_rotate: false, integer_pixels: false },
  polygon: { min_vertices: 1 },
  line: { min_vertices: 1 },
  point: {},
  ellipse: {},
  cuboid: { min_height: 0, min_width: 0 },
};
