/** The two sets of data of an account; nothing is visible across. */
export type DataSet = 'live' | 'test';
export const DATA_SETS: readonly DataSet[] = ['live', 'test'];

/** Recognisable at a glance, so that nobody takes them for real keys. */
export const SANDBOX_KEYS = {
  live: 'live_5a4db0c55a4db0c55a4db0c55a4db0c5',
  test: 'test_5a4db0c55a4db0c55a4db0c55a4db0c5',
} as const;

/** What callbacks carry in `scale-callback-auth`, by data set. */
export const CALLBACK_AUTH_KEYS = {
  live: 'live_auth_5a4db0c55a4db0c55a4db0c5',
  test: 'test_auth_5a4db0c55a4db0c55a4db0c5',
} as const;

/**
 * The data set that a request's `Authorization` opens: the key as user name of HTTP Basic with an empty
 * password, or as Bearer token. Any `live_…` or `test_…` key opens the one account there is.
 */
export function dataSetOf(authorization: string | undefined): DataSet | undefined {
  const key = keyIn(authorization ?? '');
  if (/^test_\w+$/.test(key) || /^\w+\|\w+\|test$/.test(key)) return 'test';
  return /^live_\w+$/.test(key) || /^\w+\|\w+$/.test(key) ? 'live' : undefined;
}

function keyIn(authorization: string): string {
  const [, scheme = '', credentials = ''] = /^(\w+)\s+(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return '';
  const [user = '', password = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  return password === '' ? user : '';
}
