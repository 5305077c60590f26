import { metrics } from '@opentelemetry/api';
import type { AuditSink } from '../audit-sink.ts';

/** Counts every call by what became of it. */
export function metricsSink(): AuditSink {
  const calls = metrics.getMeter('scale-ai-mcp').createCounter('scale_mcp.calls', {
    description: 'Tool calls by tool, effect, data, result and outcome.',
  });
  return {
    recordIntent: async () => undefined,
    async record({ tool, effect, consequences, mode, result, outcome }) {
      const billable = consequences.includes('billable');
      calls.add(1, { tool, effect, billable, mode: mode ?? 'none', result, outcome });
    },
  };
}
