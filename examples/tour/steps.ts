import { MANY_TASKS } from './many-tasks.ts';

/** One call of the tour. `$name` in arguments stands for what an earlier answer gave under that name. */
export interface Step {
  tool: string;
  arguments: Readonly<Record<string, unknown>>;
  /** What later steps need of this answer: name to path in it. */
  remember?: Readonly<Record<string, string>>;
}

/** Something that happens at Scale between two calls, or that no tool does yet. */
export interface Event {
  rest: { method: 'POST' | 'PUT'; path: string; body: Readonly<Record<string, unknown>> };
}

/** Labelers do what is waiting for them. */
export interface Work {
  labelersWork: true;
}

function project(name: string, type: string, more: Readonly<Record<string, unknown>> = {}): Event {
  return { rest: { method: 'POST', path: '/projects', body: { name, type, ...more } } };
}

const STREET = 'https://example.com/street-0001.jpg';

const KNOWN_MENU = {
  attachments: [{ type: 'image', content: 'https://example.com/menu-1.jpg' }],
  fields: [{ type: 'boolean', field_id: 'open', title: 'Is it open?' }],
};

/** Every tool once, in the order of a labeling job. The sandbox it runs on starts empty. */
export const STEPS: readonly (Step | Event | Work)[] = [
  { tool: 'scale_ai_get_account', arguments: {} },

  // A project, its parameters, a batch, files
  {
    tool: 'scale_ai_create_project',
    arguments: {
      name: 'road-signs',
      type: 'imageannotation',
      params: { geometries: { box: { objects_to_annotate: ['traffic_sign', 'car'] } } },
    },
  },
  {
    tool: 'scale_ai_set_project_parameters',
    arguments: {
      project_name: 'road-signs',
      params: { instruction: 'Draw a tight box around every traffic sign.' },
      patch: true,
    },
  },
  {
    tool: 'scale_ai_set_project_ontology',
    arguments: {
      project_name: 'road-signs',
      ontology: ['traffic_sign', { choice: 'vehicle', subchoices: ['car', 'truck'] }],
    },
  },
  { tool: 'scale_ai_get_project', arguments: { project_name: 'road-signs' } },
  { tool: 'scale_ai_create_batch', arguments: { project: 'road-signs', name: 'road-signs-week-10' } },
  {
    tool: 'scale_ai_upload_file',
    arguments: {
      file_path: 'examples/road-signs/busy-street.jpg',
      project_name: 'road-signs',
      reference_id: 'busy-street',
    },
    remember: { photo: 'file.attachment_url' },
  },
  { tool: 'scale_ai_import_file', arguments: { file_url: STREET, project_name: 'road-signs' } },
  { tool: 'scale_ai_get_assets', arguments: { project: 'road-signs' } },

  // Tasks of every kind
  {
    tool: 'scale_ai_create_image_annotation_task',
    arguments: {
      batch: 'road-signs-week-10',
      attachment: STREET,
      geometries: {
        box: { objects_to_annotate: ['traffic_sign', 'car'], min_width: 10 },
        polygon: { objects_to_annotate: ['road'] },
      },
      annotation_attributes: {
        occluded: { type: 'category', description: 'Is it partly hidden?', choices: ['yes', 'no'] },
      },
      callback_url: 'http://127.0.0.1:9/scale',
      unique_id: 'street-0001',
      tags: ['day'],
    },
    remember: { image: 'task.task_id' },
  },
  project('road-segments', 'segmentannotation'),
  {
    tool: 'scale_ai_create_segmentation_annotation_task',
    arguments: {
      project: 'road-segments',
      attachment: 'https://example.com/street-0001.png',
      labels: ['road', 'sky', { choice: 'car', instance_label: true }],
      unique_id: 'street-0001-segments',
    },
    remember: { segments: 'task.task_id' },
  },
  project('clips', 'videoannotation'),
  {
    tool: 'scale_ai_create_video_annotation_task',
    arguments: {
      project: 'clips',
      attachment_type: 'image',
      attachments: ['https://example.com/clip/0001.jpg', 'https://example.com/clip/0002.jpg'],
      geometries: { box: { objects_to_annotate: ['car'] } },
      unique_id: 'clip-1',
    },
    remember: { clip: 'task.task_id' },
  },
  project('cctv', 'videoplaybackannotation'),
  {
    tool: 'scale_ai_create_video_playback_task',
    arguments: {
      project: 'cctv',
      attachment: 'https://example.com/cam1.mp4',
      geometries: { box: { objects_to_annotate: ['person'] } },
      unique_id: 'cam1-2026-03-01',
    },
  },
  project('lidar-cuboids', 'lidarannotation'),
  {
    tool: 'scale_ai_create_lidar_annotation_task',
    arguments: {
      project: 'lidar-cuboids',
      attachments: ['https://example.com/drive7/frame-0.json', 'https://example.com/drive7/frame-1.json'],
      attachment_type: 'json',
      labels: ['car', 'pedestrian'],
      unique_id: 'drive7',
    },
  },
  project('lidar-points', 'lidarsegmentation'),
  {
    tool: 'scale_ai_create_lidar_segmentation_task',
    arguments: {
      project: 'lidar-points',
      attachments: ['https://example.com/drive7/frame-0.json'],
      attachment_type: 'json',
      labels: ['road', 'vegetation'],
      unique_id: 'drive7-points',
    },
  },
  project('invoices', 'documenttranscription'),
  {
    tool: 'scale_ai_create_document_transcription_task',
    arguments: {
      project: 'invoices',
      attachment: 'https://example.com/invoice-77.pdf',
      features: [{ type: 'text', label: 'total', flags: ['money'] }],
      unique_id: 'invoice-77',
    },
  },
  project('letters', 'namedentityrecognition'),
  {
    tool: 'scale_ai_create_named_entity_task',
    arguments: {
      project: 'letters',
      text: 'Ada Lovelace wrote to Charles Babbage.',
      labels: [{ name: 'person', description: 'A named human being' }],
      unique_id: 'letter-1',
    },
  },
  project('menus', 'textcollection'),
  {
    tool: 'scale_ai_create_text_collection_task',
    arguments: {
      project: 'menus',
      attachments: [{ type: 'image', content: 'https://example.com/menu-12.jpg' }],
      fields: [{ type: 'text', field_id: 'restaurant', title: 'Name of the restaurant' }],
      unique_id: 'menu-12',
    },
  },
  project('storefronts', 'categorization'),
  {
    tool: 'scale_ai_create_task',
    arguments: {
      type: 'categorization',
      params: {
        project: 'storefronts',
        attachment_type: 'website',
        attachment: 'https://www.example.com',
        categories: ['consumers', 'businesses'],
        unique_id: 'storefront-1',
      },
    },
  },

  // The work, and what came of it
  { tool: 'scale_ai_get_batch', arguments: { batch_name: 'road-signs-week-10' } },
  { tool: 'scale_ai_finalize_batch', arguments: { batch_name: 'road-signs-week-10' } },
  { labelersWork: true },
  { tool: 'scale_ai_get_batch_status', arguments: { batch_name: 'road-signs-week-10' } },
  { tool: 'scale_ai_list_batches', arguments: { project: 'road-signs' } },
  { tool: 'scale_ai_list_projects', arguments: { name_contains: 'road' } },
  { tool: 'scale_ai_list_tasks', arguments: { project: 'road-signs', status: 'completed' } },
  { tool: 'scale_ai_get_task', arguments: { unique_id: 'street-0001' } },
  { tool: 'scale_ai_get_task_by_id', arguments: { task_id: '$image', fields: ['response'] } },
  {
    tool: 'scale_ai_get_secure_task_response_url',
    arguments: { task_id: '$clip', path: 'annotations.url', limit: 2 },
  },

  // Keeping order
  {
    tool: 'scale_ai_set_task_metadata',
    arguments: { task_id: '$image', metadata: { reviewed: true, reviewer: 'ada' } },
  },
  { tool: 'scale_ai_add_task_tags', arguments: { task_id: '$image', tags: ['night', 'rain'] } },
  { tool: 'scale_ai_delete_task_tags', arguments: { task_id: '$image', tags: ['night'] } },
  {
    tool: 'scale_ai_update_task_unique_id',
    arguments: { task_id: '$image', unique_id: 'street-0001-corrected' },
  },
  { tool: 'scale_ai_delete_task_unique_id', arguments: { task_id: '$image' } },
  { tool: 'scale_ai_set_task_tags', arguments: { task_id: '$image', tags: ['rain'] } },
  {
    tool: 'scale_ai_audit_task',
    arguments: { task_id: '$image', accepted: false, comments: 'The sign behind the bus is missing.' },
  },
  { tool: 'scale_ai_re_send_task_callback', arguments: { task_id: '$image' } },

  // Studio, the team, quality
  project('night-drives', 'imageannotation', { studio: true }),
  { rest: { method: 'POST', path: '/batches', body: { project: 'night-drives', name: 'night-drives-1' } } },
  { rest: { method: 'POST', path: '/batches', body: { project: 'night-drives', name: 'night-drives-2' } } },
  {
    tool: 'scale_ai_add_studio_assignments',
    arguments: {
      emails: ['cleo@example.com', 'bo@example.com', 'ada@example.com'],
      projects: ['night-drives'],
    },
  },
  { tool: 'scale_ai_get_studio_assignments', arguments: { project: 'night-drives' } },
  {
    tool: 'scale_ai_remove_studio_assignments',
    arguments: { emails: ['ada@example.com'], projects: ['night-drives'] },
  },
  { tool: 'scale_ai_get_studio_batches', arguments: {} },
  { tool: 'scale_ai_set_batch_priorities', arguments: { batches: ['night-drives-2', 'night-drives-1'] } },
  { tool: 'scale_ai_reset_batch_priorities', arguments: {} },
  { tool: 'scale_ai_move_batch_first', arguments: { batch_name: 'night-drives-2' } },
  {
    tool: 'scale_ai_create_project_group',
    arguments: {
      project_name: 'night-drives',
      name: 'night_shift',
      emails: ['cleo@example.com', 'bo@example.com'],
    },
  },
  {
    tool: 'scale_ai_update_project_group',
    arguments: {
      project_name: 'night-drives',
      group_name: 'night_shift',
      remove_emails: ['bo@example.com'],
    },
  },
  { tool: 'scale_ai_list_project_groups', arguments: { project_name: 'night-drives' } },
  {
    tool: 'scale_ai_set_studio_batch_groups',
    arguments: { batch_name: 'night-drives-1', groups: ['night_shift'] },
  },
  { tool: 'scale_ai_get_teams', arguments: {} },
  {
    tool: 'scale_ai_invite_team_member',
    arguments: { emails: ['new.labeler@example.com'], team_role: 'labeler' },
  },
  {
    tool: 'scale_ai_set_team_member_role',
    arguments: { emails: ['bo@example.com'], team_role: 'member' },
  },
  {
    tool: 'scale_ai_create_fixless_audit',
    arguments: { task_id: '$image', audit: { comments: 'Boxes are tight.' } },
  },
  { tool: 'scale_ai_get_fixless_audits', arguments: { task_id: '$image' } },
  project('menus-rapid', 'textcollection', { rapid: true }),
  { tool: 'scale_ai_get_project_template', arguments: { project_name: 'menus-rapid' } },
  {
    tool: 'scale_ai_create_training_task',
    arguments: {
      type: 'textcollection',
      project: 'menus-rapid',
      params: KNOWN_MENU,
      expected_response: { annotations: { open: true } },
    },
  },
  {
    tool: 'scale_ai_create_evaluation_task',
    arguments: {
      type: 'textcollection',
      project: 'menus-rapid',
      params: KNOWN_MENU,
      expected_response: { annotations: { open: false } },
    },
  },
  { tool: 'scale_ai_get_quality_labelers', arguments: { labeler_emails: ['cleo@example.com'] } },

  ...MANY_TASKS,
];
