import * as z from 'zod';

/** A date or date-time in ISO 8601, with or without a zone; Scale reads one without a zone as UTC. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Such as `2026-02-03` or `2026-02-03T10:15:00Z`. */
export const DateTime = z.string().refine((text) => ISO_8601.test(text) && !Number.isNaN(Date.parse(text)), {
  error: 'must be a date or date-time in ISO 8601, such as 2026-02-03 or 2026-02-03T10:15:00Z',
});
