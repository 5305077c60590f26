/** Guided flows. Each is one message that names the tools to use, in order, and where to ask the user. */
import type { PromptArgumentSpec, PromptSpec } from '../src/catalog/prompt.ts';

const project: PromptArgumentSpec = {
  name: 'project',
  description: 'name of the project',
  required: true,
  completes: 'project',
};

const labelDataset: PromptSpec = {
  name: 'label_dataset',
  title: 'Label a dataset',
  description:
    'From files or URLs to a running batch: project, batch, tasks, with a yes before money is spent.',
  arguments: [
    { ...project, description: 'project to use, or the name for a new one' },
    { name: 'data', description: 'where the data is: a directory, or URLs', required: true },
    { name: 'labels', description: 'what is to be labeled, such as car, truck', required: true },
  ],
  needs: ['scale_ai_create_batch', 'scale_ai_get_project', 'scale_ai_plan_tasks', 'scale_ai_submit_plan'],
  text: ({ project, data, labels }) => `Have a dataset labeled at Scale AI.
Project: ${project}. Data: ${data}. Labels wanted: ${labels}.

1. Look the project up with scale_ai_get_project. If it does not exist, propose a task type for this data and create it with scale_ai_create_project once I agree. If it exists, show me its labels and instruction and say how they differ from what is wanted.
2. Say how many items there are. Suggest a first batch of at most 10 so that the instruction can be judged, and what the whole would be.
3. Ask me before anything is created. Then: scale_ai_create_batch, and scale_ai_plan_tasks with the files, URLs or manifest: show me what it would create, upload and cost, and which rows are invalid. scale_ai_submit_plan asks me once more and carries it out.
4. Check with scale_ai_get_batch_status that the batch holds as many tasks as there were items. Name every item that failed and why.
5. If the batch is in staging, tell me that scale_ai_finalize_batch starts the work and cannot be undone, and wait for my yes.
6. Close with the batch name and the call that shows its progress. Do not poll: labeling takes hours to days.`,
};

const calibrateProject: PromptSpec = {
  name: 'calibrate_project',
  title: 'Calibrate a project',
  description: 'Read the first results, find what labelers misunderstand, and improve the instruction.',
  arguments: [
    project,
    { name: 'batch', description: 'calibration batch', required: false, completes: 'batch' },
  ],
  needs: ['scale_ai_get_project', 'scale_ai_list_tasks', 'scale_ai_get_task'],
  text: ({
    project,
    batch,
  }) => `Judge how well project ${project} is understood by its labelers${batch === undefined ? '' : `, by batch ${batch}`}.

1. scale_ai_get_project: note instruction, labels and attributes.
2. scale_ai_list_tasks with status completed${batch === undefined ? '' : ' and that batch'}: take up to 20 tasks; with status error: read why they failed.
3. scale_ai_show_sample with that batch or project, at random and with choose: odd, to look at labels; scale_ai_show_task for those that look wrong. scale_ai_get_task for each: what was found, and what is missing, doubled or oddly named against the instruction. Where customer review says rejected or fixed, read the comments.
4. Report a table: what went wrong, how often, in which tasks, and which sentence of the instruction allows it.
5. Propose a changed instruction as a difference to the present one, and label or attribute changes if the words themselves mislead.
6. Only after my yes: scale_ai_set_project_parameters. Say that tasks created earlier keep the old version, and suggest a second calibration batch of at most 10 tasks.`,
};

const weeklyExport: PromptSpec = {
  name: 'weekly_export',
  title: 'Weekly export',
  description: 'Everything completed since the last export, or since a day, counted and kept in a file.',
  arguments: [
    project,
    {
      name: 'since',
      description: 'first day, such as 2026-11-16; where the last export ended when left out',
      required: false,
    },
  ],
  needs: ['scale_ai_export_results'],
  text: ({
    project,
    since,
  }) => `Collect what was completed in project ${project} ${since === undefined ? 'since the last export' : `since ${since}`}.

1. scale_ai_export_results with project ${since === undefined ? 'and since_last: true. When there is no earlier export by the same call, once without since_last: it takes everything, and the next one goes on from there' : `and completed_after: ${since}`}. Leave other filters out: since_last goes on only from an export by exactly the same call. When it is not done, make the same call again. It writes one JSON line per task, with result files: never paste results into the conversation. If I train on it, ask which format I want (coco, yolo, voc, mask_png …) and in which order my classes are, and pass format and classes each time.
2. Say how many tasks and bytes it holds, how many are failed or pending and so not in it, annotations per label, tasks without a result, and every gap with its task.
3. scale_ai_diagnose_tasks with project: what failed, by cause, and what would change that.
4. Close with the path, and with until, which is where the next export begins.`,
};

const reviewLabelers: PromptSpec = {
  name: 'review_labelers',
  title: 'Review labelers',
  description: 'How labelers do on training and evaluation tasks, and what would help them.',
  arguments: [
    project,
    { name: 'labelers', description: 'their e-mail addresses, separated by commas', required: true },
  ],
  needs: ['scale_ai_get_quality_labelers', 'scale_ai_get_project'],
  text: ({ project, labelers }) => `Review these labelers for project ${project}: ${labelers}.

1. scale_ai_get_project for the instruction they work by; scale_ai_get_quality_labelers with labeler_emails for their attempts at training and evaluation tasks. Follow next_token.
2. A table by labeler: attempts, share correct, what the mistakes have in common. Fewer than 10 attempts prove nothing: say so instead of ranking them.
3. scale_ai_show_sample with project and choose: odd, then at random: whether boxes are sloppy, doubled or missing shows in pictures before it shows in numbers. Name tasks by the id on their tile.
4. If several make the same mistake, quote the sentence of the instruction that allows it.
5. Name at most three measures: a clearer instruction, further training tasks, a talk. Propose only: change no assignment and no project without my yes.
6. Labelers are people: conclude nothing about persons beyond these numbers.`,
};

export const prompts: readonly PromptSpec[] = [labelDataset, calibrateProject, weeklyExport, reviewLabelers];
