import { metrics } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { observeProcess } from './process-metrics.ts';
import type { Telemetry } from './telemetry.ts';

/** Registers what is wanted with the OpenTelemetry API, for the whole process. */
export function registerExporters(
  wanted: { traces: boolean; metrics: boolean; scrape: boolean },
  version: string,
): Telemetry {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'scale-ai-mcp', 'service.version': version }))
    .merge(detectResources({ detectors: [envDetector] }));
  const prometheus = wanted.scrape
    ? new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true })
    : undefined;
  const meters = new MeterProvider({
    resource,
    readers: [
      ...(prometheus ? [prometheus] : []),
      ...(wanted.metrics ? [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })] : []),
    ],
  });
  metrics.setGlobalMeterProvider(meters);
  observeProcess();
  const tracers = wanted.traces
    ? new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] })
    : undefined;
  // No baggage: what a client puts there is not handed on to Scale.
  tracers?.register({ propagator: new W3CTraceContextPropagator() });
  return {
    ...(prometheus && {
      scrape: (request, response) => prometheus.getMetricsRequestHandler(request, response),
    }),
    async shutdown() {
      await Promise.allSettled([meters.shutdown(), tracers?.shutdown()]);
    },
  };
}
