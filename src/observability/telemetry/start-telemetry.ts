import type { Telemetry } from './telemetry.ts';

interface Wanted {
  traces: boolean;
  metrics: boolean;
  scrape: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/**
 * Registers exporters with the OpenTelemetry API, as far as they are configured: OTLP over HTTP by the variables
 * that OpenTelemetry specifies, Prometheus where a metrics port is open. Loads nothing otherwise.
 */
export async function startTelemetry(
  env: Environment,
  options: { scrape: boolean; version: string },
): Promise<Telemetry> {
  const wanted = wantedBy(env, options.scrape);
  if (!wanted.traces && !wanted.metrics && !wanted.scrape) return { shutdown: async () => undefined };
  const { registerExporters } = await import('./register-exporters.ts');
  return registerExporters(wanted, options.version);
}

function wantedBy(env: Environment, scrape: boolean): Wanted {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return { traces: false, metrics: false, scrape };
  const asked = (signal: 'TRACES' | 'METRICS'): boolean =>
    env[`OTEL_${signal}_EXPORTER`] !== 'none' &&
    [env[ENDPOINT], env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]].some(
      (url) => url !== undefined && url !== '',
    );
  return { traces: asked('TRACES'), metrics: asked('METRICS'), scrape };
}
