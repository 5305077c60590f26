import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError } from '@modelcontextprotocol/server';
import { pageSurface } from './page-surface.ts';
import { expandUri, matchUri } from '../catalog/resource.ts';
import type { ListResourcesResult, ReadResourceResult } from '@modelcontextprotocol/server';
import type { PageSpec } from '../catalog/page.ts';
import type { ResourceSpec } from '../catalog/resource.ts';
import type { Selection } from '../catalog/selection.ts';
import type { ToolErrorBody } from '../invocation/tool-failure.ts';
import type { Calls } from './call.ts';
import type { KnownNames } from './known-names.ts';
import type { PageSurface } from './page-surface.ts';
import type { Surface } from './surface.ts';

/** What of that which is declared a selection shows; made once for all who share it. */
export interface OfferedResources {
  resources: readonly ResourceSpec[];
  pages: PageSurface;
  templates: Surface['resources']['templates'];
  fixed: ListResourcesResult['resources'];
}

const MIME_TYPE = 'application/json';

/** Resources on one page of `resources/list`. */
const PAGE_SIZE = 100;

/** Errors that must not tell whether something exists. */
const HIDDEN = new Set(['not_found', 'outside_project', 'not_permitted', 'tool_not_enabled', 'read_only']);

export function offeredResources(
  { resources: declared, pages }: { resources: readonly ResourceSpec[]; pages: readonly PageSpec[] },
  selection: Selection,
): OfferedResources {
  const resources = declared.filter(({ tool }) => selection.find(tool) !== undefined);
  return {
    resources,
    pages: pageSurface(pages, selection),
    templates: resources.filter(isTemplate).map(({ uriTemplate, name, title, description }) => ({
      uriTemplate,
      name,
      title,
      description,
      mimeType: MIME_TYPE,
    })),
    fixed: resources
      .filter((resource) => !isTemplate(resource))
      .map(({ uriTemplate: uri, name, title, description }) => ({
        uri,
        name,
        title,
        description,
        mimeType: MIME_TYPE,
      })),
  };
}

/** What the caller's tools can show, under addresses; a read is a call of the tool, or of a page that shows answers. */
export function resourceSurface(
  { resources: offered, pages, templates, fixed }: OfferedResources,
  calls: Calls,
  names: KnownNames,
): Surface['resources'] {
  const { selection } = calls.caller;
  return {
    templates,
    async list(cursor, context) {
      const project = offered.find(({ tool }) => tool === 'scale_ai_get_project');
      const projects = project ? await names.of('project', calls, context) : [];
      const all = [
        ...fixed,
        ...pages.list,
        ...projects.map((name) => ({
          uri: expandUri(project?.uriTemplate ?? '', { name }),
          name,
          title: `Project ${name}`,
          mimeType: MIME_TYPE,
        })),
      ];
      return pageOf(all, cursor);
    },
    async read(uri, context): Promise<ReadResourceResult> {
      const page = pages.read(uri);
      if (page) return page;
      for (const resource of offered) {
        const variables = matchUri(resource.uriTemplate, uri);
        const tool = variables && selection.find(resource.tool);
        if (!variables || !tool) continue;
        const result = await calls.call(tool, resource.arguments(variables), context);
        if (!result.ok) throw readFailure(uri, result.error);
        const { next_steps: _next, ...output } = result.output;
        return { contents: [{ uri, mimeType: MIME_TYPE, text: JSON.stringify(output) }] };
      }
      throw new ResourceNotFoundError(uri);
    },
  };
}

function isTemplate({ uriTemplate }: ResourceSpec): boolean {
  return uriTemplate.includes('{');
}

function readFailure(uri: string, error: ToolErrorBody): ProtocolError {
  if (HIDDEN.has(error.code)) return new ResourceNotFoundError(uri);
  const code =
    error.code === 'invalid_arguments' ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  return new ProtocolError(code, error.message, { uri, code: error.code, request_id: error.request_id });
}

/** @throws ProtocolError for a cursor that was not given out */
function pageOf(all: ListResourcesResult['resources'], cursor: string | undefined): ListResourcesResult {
  const start = cursor === undefined ? 0 : offsetOf(cursor);
  const end = start + PAGE_SIZE;
  return { resources: all.slice(start, end), ...(end < all.length && { nextCursor: cursorAt(end) }) };
}

function cursorAt(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64url');
}

function offsetOf(cursor: string): number {
  const [, digits] = /^offset:(\d{1,6})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const offset = Number(digits);
  if (digits !== undefined && offset % PAGE_SIZE === 0 && cursorAt(offset) === cursor) return offset;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown cursor: begin again without one.');
}
