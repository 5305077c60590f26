import type { RuleId } from './rules.ts';

/**
 * What the listing has today of forms that some profile does not take as they are, by place: `*` stands for any name,
 * and for all that follows where it is last. An entry that nothing needs any more fails the test: take it out.
 */
export const ACCEPTED: Readonly<Partial<Record<RuleId, readonly string[]>>> = {
  // One schema cannot say "may be left out" both to strict modes (nullable) and to Gemini (not required). The server
  // takes null for what is left out, at any depth.
  optional: ['*'],
  // Strict modes ask for it where a tool takes no argument. Where it is not told, the server still refuses others.
  closed: ['*'],
  // The server keeps to its bounds and defaults whether they are told or not.
  bounds: ['*'],
  default: ['*'],
  'item-counts': ['*'],
  // LlamaIndex keeps the members of an object inside only where it is a `$ref` into `$defs`. What is sent in the map that
  // it makes of one is taken, and an error names the members.
  'inner-object': [
    'scale_ai_create_*.annotation_attributes[]',
    'scale_ai_create_*.context_attachments[]',
    'scale_ai_create_*.geometries*',
    'scale_ai_create_document_transcription_task.features[]',
    'scale_ai_create_document_transcription_task.fields[]*',
    'scale_ai_create_document_transcription_task.linking_rules',
    'scale_ai_create_named_entity_task.global_attributes[]',
    'scale_ai_create_named_entity_task.labels[]',
    'scale_ai_create_named_entity_task.relationships[]',
    'scale_ai_create_text_collection_task.attachments[]',
    'scale_ai_create_text_collection_task.fields[]*',
    'scale_ai_resubmit_tasks.replace[]',
  ],
};
