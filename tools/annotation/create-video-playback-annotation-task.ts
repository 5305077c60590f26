import * as z from 'zod';
import { defineTaskCreator } from './define-task-creator.ts';
import { AnnotationAttributes } from './fields/annotation-attributes.ts';
import { Geometries } from './fields/geometries.ts';
import { Links, baseAnnotationFields, paddingFields } from './fields/vector-extras.ts';
import { FrameUrls, HypothesisFile, VideoUrl, eventFields } from './fields/video-fields.ts';
import { validateVideo } from './validate-video.ts';

const rate = z.number().positive();

export const createVideoPlaybackAnnotationTask = defineTaskCreator({
  slug: 'SCALE_AI_CREATE_VIDEO_PLAYBACK_ANNOTATION_TASK',
  name: 'scale_ai_create_video_playback_task',
  title: 'Create video playback task',
  type: 'videoplaybackannotation',
  noun: 'video playback annotation',
  description:
    'Have people track shapes and mark events on one playing video file, key frame by key frame. For single frames use the video annotation creator. Charges the account with a live key.',
  fields: {
    attachment: VideoUrl.optional().describe('mp4, webm or ogg'),
    attachments: FrameUrls.optional(),
    attachment_type: z.enum(['video', 'image']).optional(),
    geometries: Geometries.optional().describe('required unless the project has them'),
    annotation_attributes: AnnotationAttributes.optional(),
    ...eventFields,
    links: Links.optional(),
    frame_rate: rate.optional().describe('per second; default 1'),
    annotation_frame_rate: rate.optional(),
    video_frame_rate: rate.optional(),
    convert_to_constant_frame_rate_video: z.boolean().optional(),
    constant_frame_rate: rate.optional(),
    hypothesis: HypothesisFile.optional(),
    ...baseAnnotationFields,
    ...paddingFields,
  },
  example: {
    project: 'cctv',
    attachment: 'https://example.com/cam1.mp4',
    geometries: { box: { objects_to_annotate: ['person'] } },
    unique_id: 'cam1-2026-03-01',
  },
  required: ['attachment', 'geometries'],
  validate: validateVideo,
});
