import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  context,
  metrics,
  propagation,
  trace,
} from '@opentelemetry/api';
import {
  PROTOCOL_VERSION_META_KEY,
  ProtocolError,
  TRACEPARENT_META_KEY,
  TRACESTATE_META_KEY,
} from '@modelcontextprotocol/server';
import { isRecord } from '../responses/compact.ts';
import type { Attributes, Context } from '@opentelemetry/api';
import type { ServerContext } from '@modelcontextprotocol/server';

const SCOPE = 'scale-ai-mcp';

/** Seconds; the boundaries that the conventions for MCP give. */
const BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

interface Operation {
  method: string;
  tool?: string;
  prompt?: string;
}

/** Follows a request with a span and a measurement (OpenTelemetry semantic conventions for MCP). */
export type Observe = <T>(
  operation: Operation,
  request: ServerContext,
  answer: () => Promise<T>,
) => Promise<T>;

/** @param now milliseconds */
export function observer(now: () => number): Observe {
  const tracer = trace.getTracer(SCOPE);
  const duration = metrics.getMeter(SCOPE).createHistogram('mcp.server.operation.duration', {
    unit: 's',
    description: 'How long MCP requests take, as the server sees it.',
    advice: { explicitBucketBoundaries: BUCKETS },
  });
  return async (operation, request, answer) => {
    const { method, tool, prompt } = operation;
    const attributes: Attributes = {
      'mcp.method.name': method,
      'network.transport': request.http ? 'tcp' : 'pipe',
      ...(tool !== undefined && { 'gen_ai.tool.name': tool, 'gen_ai.operation.name': 'execute_tool' }),
      ...(prompt !== undefined && { 'gen_ai.prompt.name': prompt }),
    };
    const name = [method, tool ?? prompt].filter((part) => part !== undefined).join(' ');
    const span = tracer.startSpan(
      name,
      { kind: SpanKind.SERVER, attributes: { ...attributes, ...identityOf(request) } },
      parentOf(request),
    );
    const startedAt = now();
    const end = (errorType: string | undefined): void => {
      const failed = errorType === undefined ? {} : { 'error.type': errorType };
      if (errorType !== undefined) span.setAttributes(failed).setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      duration.record((now() - startedAt) / 1_000, { ...attributes, ...failed });
    };
    try {
      const result = await context.with(trace.setSpan(context.active(), span), answer);
      end(isRecord(result) && result['isError'] === true ? 'tool_error' : undefined);
      return result;
    } catch (error) {
      end(error instanceof ProtocolError ? String(error.code) : 'internal_error');
      throw error;
    }
  };
}

function identityOf({ mcpReq }: ServerContext): Attributes {
  const envelope: Record<string, unknown> = { ...mcpReq.envelope };
  const version = envelope[PROTOCOL_VERSION_META_KEY];
  return {
    'jsonrpc.request.id': String(mcpReq.id),
    ...(typeof version === 'string' && { 'mcp.protocol.version': version }),
  };
}

/** The client's trace, as far as its context is well formed; the propagator checks that. */
function parentOf({ mcpReq }: ServerContext): Context {
  const meta: Record<string, unknown> = { ...mcpReq._meta };
  const carrier = { traceparent: meta[TRACEPARENT_META_KEY], tracestate: meta[TRACESTATE_META_KEY] };
  return propagation.extract(ROOT_CONTEXT, carrier);
}
