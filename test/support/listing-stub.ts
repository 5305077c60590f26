import { json, startScaleStub } from './scale-stub.ts';
import type { ServerResponse } from 'node:http';

export interface StubTask {
  task_id: string;
  status?: string;
  completed_at?: string;
  updated_at?: string;
  response?: unknown;
}

export interface ListingStub {
  baseUrl: string;
  /** Tasks of the project, as they are spread over the pages of its listing. */
  pages: StubTask[][];
  /** Happens before a page is read, counted from 0; a status that is returned is the answer. */
  before: (page: number) => number | undefined;
  /** What the listing waits for, if anything. */
  hold: Promise<void> | undefined;
  /** Answers for a stored file, by what follows `/response_url/`. */
  file: (name: string, response: ServerResponse) => void;
  close(): Promise<void>;
}

/** A project whose tasks change while its pages are read. */
export async function startListingStub(): Promise<ListingStub> {
  const server = await startScaleStub(({ url }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://stub');
    const file = /\/response_url\/(?<name>.+)$/.exec(pathname)?.groups?.['name'];
    if (file !== undefined) stub.file(file, response);
    else if (pathname.startsWith('/v1/task/')) json(response, 200, { task_id: pathname.slice(9) });
    else if (pathname !== '/v1/tasks') json(response, 200, { name: 'signs' });
    else if (searchParams.get('limit') === '1') json(response, 200, { docs: [], total: 0 });
    else void Promise.resolve(stub.hold).then(() => answerPage(stub, searchParams, response));
  });
  const stub: ListingStub = {
    baseUrl: server.baseUrl,
    pages: [],
    before: () => undefined,
    hold: undefined,
    file: (_name, response) => json(response, 404, {}),
    close: server.close,
  };
  return stub;
}

function answerPage(stub: ListingStub, asked: URLSearchParams, response: ServerResponse): void {
  const page = Number(asked.get('next_token') ?? 0);
  const failure = stub.before(page);
  if (failure !== undefined) {
    json(response, failure, { message: 'not now' });
    return;
  }
  const matches = ({ status = 'completed', completed_at: at = '' }: StubTask): boolean =>
    status === asked.get('status') && at >= (asked.get('completed_after') ?? '');
  const docs = (stub.pages[page] ?? []).filter(matches);
  const total = stub.pages.flat().filter(matches).length;
  const more = page + 1 < stub.pages.length;
  json(response, 200, { docs, total, ...(more && { next_token: String(page + 1) }) });
}
