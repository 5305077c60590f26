import * as z from 'zod';
import { defineTaskCreator, refuseBoth } from './define-task-creator.ts';
import { AnnotationAttributes } from './fields/annotation-attributes.ts';
import { Geometries } from './fields/geometries.ts';
import { Links, baseAnnotationFields, paddingFields } from './fields/vector-extras.ts';
import { FrameUrls, HypothesisFile, VideoUrl, eventFields } from './fields/video-fields.ts';
import { validateVideo } from './validate-video.ts';

export const createVideoAnnotationTask = defineTaskCreator({
  slug: 'SCALE_AI_CREATE_VIDEO_ANNOTATION_TASK',
  title: 'Create video annotation task',
  type: 'videoannotation',
  noun: 'video annotation',
  description:
    'Have people track shapes frame by frame, on a list of image frames or a video. For key frames on a playing video use the playback creator. Charges the account with a live key.',
  fields: {
    attachments: FrameUrls.optional().describe('frame images in order; with attachment_type image'),
    attachment: VideoUrl.optional().describe('mp4, webm or ogg; with attachment_type video'),
    attachment_type: z.enum(['image', 'video']).optional(),
    geometries: Geometries.optional().describe('required unless the project has them'),
    annotation_attributes: AnnotationAttributes.optional(),
    ...eventFields,
    links: Links.optional(),
    frame_rate: z.number().positive().optional().describe('per second'),
    hypothesis: HypothesisFile.optional(),
    ...baseAnnotationFields,
    ...paddingFields,
  },
  example: {
    project: 'clips',
    attachment_type: 'image',
    attachments: ['https://example.com/clip/0001.jpg', 'https://example.com/clip/0002.jpg'],
    geometries: { box: { objects_to_annotate: ['car'] } },
    unique_id: 'clip-1',
  },
  required: ['geometries', ['attachments', 'attachment']],
  refine: refuseBoth('attachment', 'attachments'),
  validate: validateVideo,
});
