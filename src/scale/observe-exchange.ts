import { SpanKind, SpanStatusCode, context, metrics, propagation, trace } from '@opentelemetry/api';
import { ScaleError } from './errors.ts';

const SCOPE = 'scale-ai-mcp';

/** Seconds; the boundaries that the conventions for HTTP give. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60];

/** Follows one HTTP exchange with Scale; the headers continue its trace. */
export type ObserveExchange = <T extends { status: number }>(
  request: { method: string; url: URL },
  exchange: (traceHeaders: Record<string, string>) => Promise<T>,
) => Promise<T>;

/** A span and a measurement for each exchange (OpenTelemetry semantic conventions for HTTP clients). */
export function exchangeObserver(now: () => number = () => performance.now()): ObserveExchange {
  const tracer = trace.getTracer(SCOPE);
  const duration = metrics.getMeter(SCOPE).createHistogram('http.client.request.duration', {
    unit: 's',
    description: 'How long requests to Scale take.',
    advice: { explicitBucketBoundaries: BUCKETS },
  });
  return async ({ method, url }, exchange) => {
    const attributes = { 'http.request.method': method, 'server.address': url.hostname };
    const span = tracer.startSpan(method, { kind: SpanKind.CLIENT, attributes });
    const active = trace.setSpan(context.active(), span);
    const headers: Record<string, string> = {};
    propagation.inject(active, headers);
    const startedAt = now();
    const end = (result: Record<string, string | number>): void => {
      span.setAttributes(result);
      if ('error.type' in result) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      duration.record((now() - startedAt) / 1_000, { ...attributes, ...result });
    };
    try {
      const answer = await context.with(active, () => exchange(headers));
      end({ 'http.response.status_code': answer.status });
      return answer;
    } catch (error) {
      end(failureOf(error));
      throw error;
    }
  };
}

function failureOf(error: unknown): Record<string, string | number> {
  if (!(error instanceof ScaleError))
    return { 'error.type': error instanceof Error ? error.name : 'unknown' };
  return {
    'error.type': error.code,
    ...(error.status !== undefined && { 'http.response.status_code': error.status }),
  };
}
