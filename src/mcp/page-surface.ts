import { readFile } from 'node:fs/promises';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { builtFile } from '../built-file.ts';
import type { ListResourcesResult, ReadResourceResult } from '@modelcontextprotocol/server';
import type { PageSpec } from '../catalog/page.ts';
import type { Selection } from '../catalog/selection.ts';

/** MCP Apps 2026-01-26, UI Resource Format. */
const MIME_TYPE = 'text/html;profile=mcp-app';

/** It needs nothing from anywhere: pictures come inside of answers. */
const META = {
  ui: {
    csp: { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] },
    prefersBorder: true,
  },
};

export interface PageSurface {
  list: ListResourcesResult['resources'];
  /** Undefined for an address that is no page of this caller's. */
  read(uri: string): Promise<ReadResourceResult> | undefined;
}

/** The pages that a caller's tools are shown in. */
export function pageSurface(declared: readonly PageSpec[], selection: Selection): PageSurface {
  const shown = new Set(selection.tools.map(({ page }) => page));
  const offered = declared.filter(({ uri }) => shown.has(uri));
  return {
    list: offered.map(({ uri, name, title, description }) => ({
      uri,
      name,
      title,
      description,
      mimeType: MIME_TYPE,
      _meta: META,
    })),
    read(uri) {
      const page = offered.find((one) => one.uri === uri);
      return page && readPage(page);
    },
  };
}

/** @throws ProtocolError where the program runs from its sources */
async function readPage({ uri, file }: PageSpec): Promise<ReadResourceResult> {
  const built = builtFile(file);
  if (built === undefined)
    throw new ProtocolError(ProtocolErrorCode.InternalError, `${file} is not built: run npm run build`);
  const text = await readFile(built, 'utf8');
  return { contents: [{ uri, mimeType: MIME_TYPE, text, _meta: META }] };
}
