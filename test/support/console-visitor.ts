/** A person with a browser, as far as a server can tell: keeps the cookie, says where forms come from. */
export class Visitor {
  readonly #origin: string;
  #cookie = '';
  /** Attributes of the cookie as it came last. */
  attributes = '';

  constructor(origin: string) {
    this.#origin = origin;
  }

  get cookie(): string {
    return this.#cookie;
  }

  async get(path: string): Promise<Response> {
    return fetch(this.#origin + path, { headers: { cookie: this.#cookie }, redirect: 'manual' });
  }

  async page(): Promise<string> {
    return (await this.get('/console')).text();
  }

  async post(
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const response = await fetch(this.#origin + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: this.#origin, 'sec-fetch-site': 'same-origin', cookie: this.#cookie, ...headers },
      body: new URLSearchParams(form),
    });
    const [cookie] = response.headers.getSetCookie();
    if (cookie !== undefined) {
      const [pair = '', ...attributes] = cookie.split('; ');
      this.#cookie = pair;
      this.attributes = attributes.join('; ');
    }
    return response;
  }

  async signIn(token: string): Promise<Response> {
    return this.post('/console/sign-in', { token });
  }

  /** The questions of the page: where each is answered, and with which token. */
  async questions(): Promise<{ action: string; token: string }[]> {
    const found = (await this.page()).matchAll(
      /action="(\/console\/approvals\/[\w-]+)"[^]*?name="token" value="([^"]+)"/g,
    );
    return [...found].map(([, action = '', token = '']) => ({ action, token }));
  }

  /** Follows the stream until it has said something, or has ended. */
  async follow(until: (text: string) => boolean): Promise<string> {
    const stop = new AbortController();
    const response = await fetch(`${this.#origin}/console/events`, {
      headers: { cookie: this.#cookie },
      signal: stop.signal,
    });
    if (response.status !== 200) return `status ${response.status}`;
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (until(text)) break;
    }
    stop.abort();
    return text;
  }
}
