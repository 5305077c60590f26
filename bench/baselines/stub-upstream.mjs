/** An upstream inside the process: undici answers by itself, so that only the server is measured. */
import { MockAgent } from 'undici';

export const ORIGIN = 'http://upstream.test';

/** What `GET /v1/projects/road-signs` answers. */
const PROJECT = {
  type: 'imageannotation',
  name: 'road-signs',
  param_history: [
    { version: 0, created_at: '2026-01-05T09:00:00.000Z', instruction: 'Draw boxes around signs.' },
  ],
  created_at: '2026-01-05T09:00:00.000Z',
};

export function stubUpstream() {
  const agent = new MockAgent();
  agent.disableNetConnect();
  agent
    .get(ORIGIN)
    .intercept({ path: '/v1/projects/road-signs', method: 'GET' })
    .reply(200, PROJECT)
    .persist();
  return agent;
}
