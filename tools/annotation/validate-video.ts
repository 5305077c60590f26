import { isRecord } from '../../src/responses/compact.ts';
import { geometryLabels, validateConnections, validateMentionedLabels } from './validate-labels.ts';
import type { Params, Report } from './validate-task.ts';

/** Faults of both video types: which attachment goes with which type, labels, and prelabels. */
export function validateVideo(params: Params, report: Report): void {
  const { attachment_type: type, attachment, attachments, events_to_annotate: events } = params;
  if (type === 'image' && attachments === undefined)
    report('attachments', 'are required when attachment_type is image');
  if (type === 'video' && attachment === undefined)
    report('attachment', 'is required when attachment_type is video');
  if (type === 'video' && attachments !== undefined)
    report('attachments', 'must be left out when attachment_type is video');
  const base = params['base_annotations'];
  if (isRecord(base) && Array.isArray(base['annotations'])) {
    report('base_annotations.annotations', 'must be {url} of a file for a video, not a list');
  }
  const eventLabels = Array.isArray(events) ? events.filter((event) => typeof event === 'string') : [];
  validateMentionedLabels(params, [...geometryLabels(params), ...eventLabels], report);
  validateConnections(params, report);
}
