/** `scale-ai-mcp http` as it is shipped, except that requests to Scale end at a stub in the same process. */
import { loadSettings } from '../../src/config/load.ts';
import { openLocal } from '../../src/compose/open-local.ts';
import { openService } from '../../src/compose/open-service.ts';
import { serverFactory } from '../../src/compose/server-factory.ts';
import { statelessEndpoint } from '../../src/mcp/endpoint.ts';
import { serveOverHttp } from '../../src/mcp/http.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { ORIGIN, stubUpstream } from '../baselines/stub-upstream.mjs';

async function main(): Promise<void> {
  process.env['SCALE_API_KEY'] = 'live_0123456789abcdef';
  const flags = {
    api_base_url: `${ORIGIN}/v1`,
    calls_per_minute: '1000000',
    scale_per_second: '1000000',
    scale_concurrency: '1000',
  };
  const settings = await loadSettings(flags, process.env);
  const logger = createLogger(settings.log_level);
  const isRemote = true;
  const local = await openLocal(settings, logger, { isRemote });
  const service = await openService(settings, local, logger, { isRemote, dispatcher: stubUpstream() });
  const { invoke, asking, callers, refuse } = service;
  const factory = serverFactory({ caller: local.caller, invoke, asking, logger }, settings);
  const endpoint = statelessEndpoint(factory, logger);
  const { url } = await serveOverHttp(endpoint, { host: '127.0.0.1', port: 0, logger, callers, refuse });
  process.stderr.write(`serving ${url}\n`);
}

process.once('SIGINT', () => process.exit(0)); // in order, so that --cpu-prof writes its profile

void main();
