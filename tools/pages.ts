/** Pages that hosts with MCP Apps show beside answers. Their sources stand in `src/viewer`. */
import type { PageSpec } from '../src/catalog/page.ts';

export const LABELS_PAGE = 'ui://scale-ai-mcp/labels.html';

/** The member of `_meta` that tells the page of a task what it draws. */
export const DRAWING_META = 'scale-ai-mcp/drawing';

export const pages: readonly PageSpec[] = [
  {
    uri: LABELS_PAGE,
    name: 'labels',
    title: 'Labels',
    description:
      'Tasks with their annotations: zoom, labels on and off, next and previous, accept or reject.',
    file: 'labels.html',
  },
];
