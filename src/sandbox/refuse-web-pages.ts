import { ApiError } from './api-error.ts';
import type { FastifyInstance } from 'fastify';

/** Names of this machine; Docker Desktop gives its containers the last two. */
const LOCAL = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|(host|gateway)\.docker\.internal)$/i;

/**
 * A sandbox on loopback needs no secret, since its keys are printed and its control plane has none. A web page that the
 * user has open must not use it for that: neither by a request across origins (a form needs no leave of ours) nor under
 * a name of its own that was made to mean this machine (DNS rebinding).
 */
export function refuseWebPages(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ headers }) => {
    const { host, origin } = headers;
    if (host !== undefined && !isLocal(`http://${host}`)) throw refused('Host', host);
    if (origin !== undefined && !isLocal(origin)) throw refused('Origin', origin);
  });
}

function isLocal(url: string): boolean {
  return URL.canParse(url) && LOCAL.test(new URL(url).hostname);
}

function refused(header: string, value: string): ApiError {
  return new ApiError(
    403,
    `This sandbox serves its own machine only, and the header ${header} says "${value.slice(0, 100)}".`,
  );
}
