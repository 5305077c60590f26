import { createDocumentTranscriptionTask } from '../annotation/create-document-transcription-task.ts';
import { createImageAnnotationTask } from '../annotation/create-image-annotation-task.ts';
import { createLidarAnnotationTask } from '../annotation/create-lidar-annotation-task.ts';
import { createLidarSegmentationTask } from '../annotation/create-lidar-segmentation-task.ts';
import { createNamedEntityRecognitionTask } from '../annotation/create-named-entity-recognition-task.ts';
import { createSegmentationAnnotationTask } from '../annotation/create-segmentation-annotation-task.ts';
import { createTextCollectionTask } from '../annotation/create-text-collection-task.ts';
import { createVideoAnnotationTask } from '../annotation/create-video-annotation-task.ts';
import { createVideoPlaybackAnnotationTask } from '../annotation/create-video-playback-annotation-task.ts';
import { OTHER_TASK_TYPES } from '../annotation/other-task-types.ts';

const CREATORS = [
  createDocumentTranscriptionTask,
  createImageAnnotationTask,
  createLidarAnnotationTask,
  createLidarSegmentationTask,
  createNamedEntityRecognitionTask,
  createSegmentationAnnotationTask,
  createTextCollectionTask,
  createVideoAnnotationTask,
  createVideoPlaybackAnnotationTask,
];

/** Say where one task goes and what it is called: no defaults of a project. */
const OF_ONE_TASK = new Set(['project', 'batch', 'unique_id', 'additional_params']);

/** Every parameter that some task type has, as far as Scale documents them. */
export function knownParameters(): string[] {
  const names = [
    ...CREATORS.flatMap((creator) => Object.keys(creator.schemas().input.shape)),
    ...Object.values(OTHER_TASK_TYPES).flatMap(({ fields }) => Object.keys(fields)),
  ];
  return [...new Set(names)].filter((name) => !OF_ONE_TASK.has(name)).sort();
}
