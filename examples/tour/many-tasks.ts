import type { Event, Step, Work } from './steps.ts';

/** Many tasks at once: planned, submitted, followed, repaired, cancelled. */
export const MANY_TASKS: readonly (Step | Event | Work)[] = [
  { tool: 'scale_ai_create_batch', arguments: { project: 'road-signs', name: 'road-signs-week-11' } },
  {
    tool: 'scale_ai_plan_tasks',
    arguments: {
      type: 'imageannotation',
      project: 'road-signs',
      batch: 'road-signs-week-11',
      template: { attachment: '{{url}}', unique_id: '{{id}}' },
      rows: [
        { id: 'street-0101', url: 'https://example.com/street-0101.jpg' },
        { id: 'street-0102', url: 'https://example.com/street-0102.jpg' },
        { id: 'street-0102', url: 'https://example.com/street-0103.jpg' },
      ],
    },
    remember: { plan: 'plan.plan_id' },
  },
  {
    tool: 'scale_ai_submit_plan',
    arguments: { plan_id: '$plan' },
    remember: { job: 'job.job_id' },
  },
  { tool: 'scale_ai_get_job', arguments: { job_id: '$job', items: 'created' } },
  { tool: 'scale_ai_list_jobs', arguments: {} },
  { tool: 'scale_ai_cancel_job', arguments: { job_id: '$job' } },
  { tool: 'scale_ai_prioritize_batch', arguments: { batch_name: 'road-signs-week-11', priority: 30 } },
  {
    tool: 'scale_ai_set_batch_metadata',
    arguments: { batch_name: 'road-signs-week-11', metadata: { week: 11 } },
  },
  {
    tool: 'scale_ai_create_image_annotation_task',
    arguments: { batch: 'road-signs-week-11', attachment: 'https://example.com/street-0104.jpg' },
    remember: { mistaken: 'task.task_id' },
  },
  { tool: 'scale_ai_cancel_task', arguments: { task_id: '$mistaken', clear_unique_id: true } },
  {
    tool: 'scale_ai_create_image_annotation_task',
    arguments: {
      batch: 'road-signs-week-11',
      attachment: 'https://old-server.invalid/street-0105.jpg',
      unique_id: 'street-0105',
    },
  },
  { labelersWork: true },
  { tool: 'scale_ai_wait_for_tasks', arguments: { batch: 'road-signs-week-11' } },
  { tool: 'scale_ai_list_events', arguments: { batch: 'road-signs-week-10', find_gaps: true } },
  { tool: 'scale_ai_export_results', arguments: { batch: 'road-signs-week-11' } },
  { tool: 'scale_ai_diagnose_tasks', arguments: { batch: 'road-signs-week-11' } },
  {
    tool: 'scale_ai_update_tasks',
    arguments: { batch: 'road-signs-week-11', metadata: { week: 11 }, add_tags: ['night'] },
  },
  { tool: 'scale_ai_audit_tasks', arguments: { batch: 'road-signs-week-10', accepted: true } },
  { tool: 'scale_ai_re_send_callbacks', arguments: { batch: 'road-signs-week-10' } },
  {
    tool: 'scale_ai_resubmit_tasks',
    arguments: {
      batch: 'road-signs-week-11',
      replace: [{ from: 'old-server.invalid', to: 'files.example.com' }],
    },
  },
  {
    tool: 'scale_ai_create_image_annotation_task',
    arguments: { batch: 'road-signs-week-11', attachment: 'https://example.com/street-0106.jpg' },
  },
  { tool: 'scale_ai_cancel_batch', arguments: { batch_name: 'road-signs-week-11' } },

  // Labels to start from, and to look at
  {
    tool: 'scale_ai_read_labels',
    arguments: { labels_path: 'examples/road-signs/labels.json', project: 'road-signs' },
  },
  { tool: 'scale_ai_create_batch', arguments: { project: 'road-signs', name: 'road-signs-week-12' } },
  {
    tool: 'scale_ai_create_image_annotation_task',
    arguments: { batch: 'road-signs-week-12', attachment: '$photo', unique_id: 'busy-street' },
    remember: { shown: 'task.task_id' },
  },
  { labelersWork: true },
  { tool: 'scale_ai_show_task', arguments: { task_id: '$shown' } },
  { tool: 'scale_ai_show_sample', arguments: { batch: 'road-signs-week-12', seed: 7 } },
  { tool: 'scale_ai_show_chart', arguments: { show: 'labels', batch: 'road-signs-week-12' } },
];
