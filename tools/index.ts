/** The catalogue: every tool, grouped by toolset. The order here is the order of `tools/list`. */
import { createDocumentTranscriptionTask } from './annotation/create-document-transcription-task.ts';
import { createImageAnnotationTask } from './annotation/create-image-annotation-task.ts';
import { createLidarAnnotationTask } from './annotation/create-lidar-annotation-task.ts';
import { createLidarSegmentationTask } from './annotation/create-lidar-segmentation-task.ts';
import { createNamedEntityRecognitionTask } from './annotation/create-named-entity-recognition-task.ts';
import { createSegmentationAnnotationTask } from './annotation/create-segmentation-annotation-task.ts';
import { createTextCollectionTask } from './annotation/create-text-collection-task.ts';
import { createVideoAnnotationTask } from './annotation/create-video-annotation-task.ts';
import { createVideoPlaybackAnnotationTask } from './annotation/create-video-playback-annotation-task.ts';
import { createBatch } from './batches/create-batch.ts';
import { finalizeBatch } from './batches/finalize-batch.ts';
import { getBatchStatus } from './batches/get-batch-status.ts';
import { getBatch } from './batches/get-batch.ts';
import { listBatches } from './batches/list-batches.ts';
import { importFile } from './files/import-file.ts';
import { uploadFile } from './files/upload-file.ts';
import { createProject } from './projects/create-project.ts';
import { getProject } from './projects/get-project.ts';
import { listProjects } from './projects/list-projects.ts';
import { setProjectParameters } from './projects/set-project-parameters.ts';
import { getTaskById } from './tasks/get-task-by-id.ts';
import { getTask } from './tasks/get-task.ts';
import { listTasks } from './tasks/list-tasks.ts';
import type { Tool } from '../src/catalog/tool.ts';

export const catalog: readonly Tool[] = [
  // annotation
  createImageAnnotationTask,
  createSegmentationAnnotationTask,
  createVideoAnnotationTask,
  createVideoPlaybackAnnotationTask,
  createLidarAnnotationTask,
  createLidarSegmentationTask,
  createDocumentTranscriptionTask,
  createNamedEntityRecognitionTask,
  createTextCollectionTask,
  // tasks
  getTask,
  getTaskById,
  listTasks,
  // batches
  createBatch,
  getBatch,
  getBatchStatus,
  listBatches,
  finalizeBatch,
  // projects
  createProject,
  getProject,
  listProjects,
  setProjectParameters,
  // files
  uploadFile,
  importFile,
];
