import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Telemetry {
  /** Answers a scrape; present where a metrics port is open. */
  scrape?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Sends what is not sent yet. */
  shutdown(): Promise<void>;
}
