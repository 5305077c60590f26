import { CLIENT_INFO_META_KEY } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { listTool } from '../catalog/listing.ts';
import { callsOf } from './call.ts';
import { completions } from './completions.ts';
import { composeInstructions } from './instructions.ts';
import { KnownNames } from './known-names.ts';
import { observer } from './observe.ts';
import { Patience } from './patience.ts';
import { offeredPrompts, promptSurface } from './prompt-surface.ts';
import { callerOf } from './request-callers.ts';
import { offeredResources, resourceSurface } from './resource-surface.ts';
import { resultLimitOf } from './result-limits.ts';
import { serveSubscriptions } from './serve-subscriptions.ts';
import { serveSurface } from './surface.ts';
import { toolSurface, toolsByName } from './tool-surface.ts';
import type { McpServerFactory, Server, ServerContext } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { ListedTool } from '../catalog/listing.ts';
import type { PageSpec } from '../catalog/page.ts';
import type { PromptSpec } from '../catalog/prompt.ts';
import type { ResourceSpec } from '../catalog/resource.ts';
import type { SchemaProfile } from '../catalog/schema-profiles.ts';
import type { Selection } from '../catalog/selection.ts';
import type { Tool } from '../catalog/tool.ts';
import type { AnswerForm } from './answer-form.ts';
import type { Asking } from './asking.ts';
import type { OfferedResources } from './resource-surface.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Surface } from './surface.ts';
import type { Invoker } from '../invocation/invoke.ts';
import type { Logger } from '../observability/logger.ts';

export interface ServerDeps {
  catalog: readonly Tool[];
  resources: readonly ResourceSpec[];
  pages: readonly PageSpec[];
  prompts: readonly PromptSpec[];
  /** The caller of requests that nothing else says anything of: stdio, and HTTP without tokens. */
  caller: Caller;
  invoke: Invoker;
  asking: Asking;
  /** In what form arguments are listed. */
  schemaProfile?: SchemaProfile;
  /** In what form answers are given; images, and structured content beside the text, unless said otherwise. */
  answerForm?: AnswerForm;
  /** Absent where nobody can subscribe to anything. */
  subscriptions?: Subscriptions | undefined;
  logger: Logger;
  version: string;
}

/**
 * A factory of MCP servers for both protocol eras. List payloads are built once for each selection; every call
 * and every read goes through the one path of `invocation`.
 */
export function createServerFactory(deps: ServerDeps): McpServerFactory {
  const { catalog, invoke, asking, logger, version } = deps;
  const shown = new WeakMap<Selection, Shown>();
  const byName = toolsByName(catalog);
  const now = (): number => performance.now();
  const names = new KnownNames(now);
  const observe = observer(now);
  const patience = new Patience(now);
  const form = deps.answerForm ?? { pictures: 'image', pictureDirectory: '', isStructured: true };

  return ({ authInfo, era }) => {
    const caller = callerOf(authInfo) ?? deps.caller;
    const { tools, instructions, prompts, offered, resources: own } = showing(caller.selection, deps, shown);
    const calls = callsOf(invoke, caller, {
      client: (context) => clientOf(server, context),
      patience,
      resultLimit: (client) => resultLimitOf(client, form.maxResultChars),
    });
    // Over HTTP, the 2025 revisions need sessions to be told of changes: there are none here.
    const { subscriptions } = era === 'legacy' && authInfo ? {} : deps;
    const resources = resourceSurface(own, calls, names);
    const server: Server = serveSurface(
      {
        ...(subscriptions && { capabilities: { resources: { subscribe: true } } }),
        instructions,
        tools: toolSurface(tools, byName, calls, {
          asking,
          form,
          legacyCapabilities: () => server.getClientCapabilities(),
        }),
        resources,
        prompts,
        complete: completions({ prompts: offered, resources: deps.resources }, calls, names),
      },
      { version, logger, observe, requestState: { verify: asking.verify } },
    );
    if (subscriptions && era === 'legacy')
      serveSubscriptions(server, {
        subscriptions,
        caller,
        read: (uri, context) => resources.read(uri, context),
      });
    return server;
  };
}

const ClientInfo = z.object({ name: z.string(), version: z.string().optional() });

/** Said with each request in 2026-07-28, and when the connection begins before that. */
function clientOf(server: Server, { mcpReq }: ServerContext): string | undefined {
  const envelope: Record<string, unknown> = { ...mcpReq.envelope };
  const said = ClientInfo.safeParse(envelope[CLIENT_INFO_META_KEY] ?? server.getClientVersion()).data;
  return said && `${said.name} ${said.version ?? ''}`.trim().slice(0, 100);
}

/** A client that was told the form of structured content would miss it in an answer without. */
function listedAs(tool: Tool, { schemaProfile, answerForm }: ServerDeps): Shown['tools'][number] {
  const { outputSchema, ...listed } = listTool(tool, schemaProfile);
  return answerForm?.isStructured === false ? listed : { ...listed, outputSchema };
}

/** What a selection looks like from outside. */
interface Shown {
  tools: (Omit<ListedTool, 'outputSchema'> & Partial<ListedTool>)[];
  instructions: string;
  prompts: Surface['prompts'];
  resources: OfferedResources;
  /** The prompts as they are declared. */
  offered: readonly PromptSpec[];
}

function showing(selection: Selection, deps: ServerDeps, shown: WeakMap<Selection, Shown>): Shown {
  const known = shown.get(selection);
  if (known) return known;
  const offered = offeredPrompts(deps.prompts, selection);
  const made = {
    tools: selection.tools.map((tool) => listedAs(tool, deps)),
    instructions: composeInstructions(selection),
    prompts: promptSurface(offered),
    resources: offeredResources(deps, selection),
    offered,
  };
  shown.set(selection, made);
  return made;
}
