import { OTHER_TASK_TYPES } from './other-task-types.ts';

/** The types that have a tool of their own, which checks more. */
export const OWN_TOOL: Readonly<Record<string, string>> = {
  documenttranscription: 'scale_ai_create_document_transcription_task',
  imageannotation: 'scale_ai_create_image_annotation_task',
  lidarannotation: 'scale_ai_create_lidar_annotation_task',
  lidarsegmentation: 'scale_ai_create_lidar_segmentation_task',
  namedentityrecognition: 'scale_ai_create_named_entity_task',
  segmentannotation: 'scale_ai_create_segmentation_annotation_task',
  textcollection: 'scale_ai_create_text_collection_task',
  videoannotation: 'scale_ai_create_video_annotation_task',
  videoplaybackannotation: 'scale_ai_create_video_playback_task',
};

/** Every task type that can be created here. */
export const TASK_TYPES: readonly string[] = [...Object.keys(OWN_TOOL), ...Object.keys(OTHER_TASK_TYPES)];

/** The tool that creates tasks of a type, and the argument that holds their parameters if they are not arguments. */
export function creationOf(type: string): { tool: string; within?: string } {
  const tool = OWN_TOOL[type];
  return tool === undefined ? { tool: 'scale_ai_create_task', within: 'params' } : { tool };
}
