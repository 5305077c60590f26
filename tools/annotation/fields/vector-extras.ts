import * as z from 'zod';
import { listedAsJson } from '../../../src/catalog/listed-as.ts';

const Link = z.strictObject({
  is_bidirectional: z.boolean(),
  from_allowed_labels: z.array(z.string()).min(1),
  to_allowed_labels: z.array(z.string()).min(1),
});

/** Relations between objects, by link name. Scale's pages show the value both bare and in a list. */
export const Links = listedAsJson(
  z.record(
    z.string(),
    z.union([Link, z.array(Link)], {
      error: 'must be {is_bidirectional, from_allowed_labels, to_allowed_labels}',
    }),
  ),
);

const WithAnnotationList = z.looseObject({
  annotations: z.array(z.looseObject({}), { error: 'must be a list of annotations, as in a result' }),
});

/** Prelabels that annotators may change freely; the form of a result. */
export const Hypothesis = listedAsJson(WithAnnotationList);

/** A list for images, `{url}` of a file for videos; which of the two is validated per type. */
const BaseAnnotations = z.looseObject({
  annotations: z.union([z.array(z.looseObject({})), z.looseObject({ url: z.string() })], {
    error: 'must be a list of annotations, or {url} for a video',
  }),
});

/** Prelabels that can be locked, and what annotators may do to them. */
export const baseAnnotationFields = {
  base_annotations: listedAsJson(BaseAnnotations).optional(),
  can_add_base_annotations: z.boolean().optional(),
  can_edit_base_annotations: z.boolean().optional(),
  can_edit_base_annotation_labels: z.boolean().optional(),
  can_delete_base_annotations: z.boolean().optional(),
};

/** Border around the image in pixels; `paddingX` and `paddingY` override it per axis. */
export const paddingFields = {
  padding: z.int().min(0).optional(),
  paddingX: z.int().min(0).optional(),
  paddingY: z.int().min(0).optional(),
};
