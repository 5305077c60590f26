/** The catalogue. The order here is the order of `tools/list`: the everyday tools, then the rest by toolset. */
import { cancelJob } from './account/cancel-job.ts';
import { getAccount } from './account/get-account.ts';
import { getJob } from './account/get-job.ts';
import { listJobs } from './account/list-jobs.ts';
import { createDocumentTranscriptionTask } from './annotation/create-document-transcription-task.ts';
import { createImageAnnotationTask } from './annotation/create-image-annotation-task.ts';
import { createLidarAnnotationTask } from './annotation/create-lidar-annotation-task.ts';
import { createLidarSegmentationTask } from './annotation/create-lidar-segmentation-task.ts';
import { createNamedEntityRecognitionTask } from './annotation/create-named-entity-recognition-task.ts';
import { createSegmentationAnnotationTask } from './annotation/create-segmentation-annotation-task.ts';
import { createTask } from './annotation/create-task.ts';
import { createTextCollectionTask } from './annotation/create-text-collection-task.ts';
import { createVideoAnnotationTask } from './annotation/create-video-annotation-task.ts';
import { createVideoPlaybackAnnotationTask } from './annotation/create-video-playback-annotation-task.ts';
import { createBatch } from './batches/create-batch.ts';
import { finalizeBatch } from './batches/finalize-batch.ts';
import { getBatchStatus } from './batches/get-batch-status.ts';
import { getBatch } from './batches/get-batch.ts';
import { listBatches } from './batches/list-batches.ts';
import { prioritizeBatch } from './batches/prioritize-batch.ts';
import { setBatchMetadata } from './batches/set-batch-metadata.ts';
import { auditTasks } from './bulk/audit-tasks.ts';
import { cancelBatch } from './bulk/cancel-batch.ts';
import { reSendCallbacks } from './bulk/re-send-callbacks.ts';
import { updateTasks } from './bulk/update-tasks.ts';
import { diagnoseTasks } from './bulk/diagnose-tasks.ts';
import { planTasks } from './bulk/plan-tasks.ts';
import { readLabels } from './bulk/read-labels.ts';
import { resubmitTasks } from './bulk/resubmit-tasks.ts';
import { submitPlan } from './bulk/submit-plan.ts';
import { getAssets } from './files/get-assets.ts';
import { importFile } from './files/import-file.ts';
import { uploadFile } from './files/upload-file.ts';
import { showChart } from './pictures/show-chart.ts';
import { showSample } from './pictures/show-sample.ts';
import { showTask } from './pictures/show-task.ts';
import { createProject } from './projects/create-project.ts';
import { getProjectTemplate } from './projects/get-project-template.ts';
import { getProject } from './projects/get-project.ts';
import { listProjects } from './projects/list-projects.ts';
import { setProjectOntology } from './projects/set-project-ontology.ts';
import { setProjectParameters } from './projects/set-project-parameters.ts';
import { auditTask } from './quality/audit-task.ts';
import { createEvaluationTask } from './quality/create-evaluation-task.ts';
import { createFixlessAudit } from './quality/create-fixless-audit.ts';
import { createTrainingTask } from './quality/create-training-task.ts';
import { getFixlessAudits } from './quality/get-fixless-audits.ts';
import { getQualityLabelers } from './quality/get-quality-labelers.ts';
import { addStudioAssignments } from './studio/add-studio-assignments.ts';
import { createProjectGroup } from './studio/create-project-group.ts';
import { getStudioAssignments } from './studio/get-studio-assignments.ts';
import { getStudioBatches } from './studio/get-studio-batches.ts';
import { listProjectGroups } from './studio/list-project-groups.ts';
import { moveBatchFirst } from './studio/move-batch-first.ts';
import { removeStudioAssignments } from './studio/remove-studio-assignments.ts';
import { resetBatchPriorities } from './studio/reset-batch-priorities.ts';
import { setBatchPriorities } from './studio/set-batch-priorities.ts';
import { setStudioBatchGroups } from './studio/set-studio-batch-groups.ts';
import { updateProjectGroup } from './studio/update-project-group.ts';
import { addTaskTags } from './tasks/add-task-tags.ts';
import { cancelTask } from './tasks/cancel-task.ts';
import { deleteTaskTags } from './tasks/delete-task-tags.ts';
import { deleteTaskUniqueId } from './tasks/delete-task-unique-id.ts';
import { getSecureTaskResponseUrl } from './tasks/get-secure-task-response-url.ts';
import { getTaskById } from './tasks/get-task-by-id.ts';
import { getTask } from './tasks/get-task.ts';
import { listTasks } from './tasks/list-tasks.ts';
import { reSendTaskCallback } from './tasks/re-send-task-callback.ts';
import { setTaskMetadata } from './tasks/set-task-metadata.ts';
import { setTaskTags } from './tasks/set-task-tags.ts';
import { updateTaskUniqueId } from './tasks/update-task-unique-id.ts';
import { getTeams } from './team/get-teams.ts';
import { inviteTeamMember } from './team/invite-team-member.ts';
import { setTeamMemberRole } from './team/set-team-member-role.ts';
import { exportResults } from './waiting/export-results.ts';
import { listEvents } from './waiting/list-events.ts';
import { waitForTasks } from './waiting/wait-for-tasks.ts';
import type { Tool } from '../src/catalog/tool.ts';

export const catalog: readonly Tool[] = [
  // every day, in the order of use: hosts with small windows cut the list from its end
  listProjects,
  getProject,
  createProject,
  createBatch,
  uploadFile,
  createImageAnnotationTask,
  createTask,
  finalizeBatch,
  getBatchStatus,
  listTasks,
  getTask,
  getSecureTaskResponseUrl,
  // annotation
  createSegmentationAnnotationTask,
  createVideoAnnotationTask,
  createVideoPlaybackAnnotationTask,
  createLidarAnnotationTask,
  createLidarSegmentationTask,
  createDocumentTranscriptionTask,
  createNamedEntityRecognitionTask,
  createTextCollectionTask,
  // many tasks
  planTasks,
  readLabels,
  submitPlan,
  cancelBatch,
  diagnoseTasks,
  resubmitTasks,
  updateTasks,
  auditTasks,
  reSendCallbacks,
  // results
  waitForTasks,
  showTask,
  showSample,
  showChart,
  exportResults,
  listEvents,
  // tasks
  getTaskById,
  setTaskMetadata,
  addTaskTags,
  deleteTaskTags,
  setTaskTags,
  updateTaskUniqueId,
  deleteTaskUniqueId,
  reSendTaskCallback,
  cancelTask,
  // batches
  getBatch,
  listBatches,
  prioritizeBatch,
  setBatchMetadata,
  // projects
  setProjectParameters,
  setProjectOntology,
  getProjectTemplate,
  // files
  importFile,
  getAssets,
  // studio
  getStudioAssignments,
  addStudioAssignments,
  removeStudioAssignments,
  getStudioBatches,
  setBatchPriorities,
  resetBatchPriorities,
  moveBatchFirst,
  listProjectGroups,
  createProjectGroup,
  updateProjectGroup,
  setStudioBatchGroups,
  // team
  getTeams,
  inviteTeamMember,
  setTeamMemberRole,
  // quality
  getFixlessAudits,
  getQualityLabelers,
  auditTask,
  createFixlessAudit,
  createEvaluationTask,
  createTrainingTask,
  // account
  getAccount,
  getJob,
  listJobs,
  cancelJob,
];
