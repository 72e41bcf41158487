/** The public API as a script would use it: sign in, keep the cookie, send the CSRF token with writes. */
export class ApiClient {
  readonly #base: string;
  #cookie = '';
  #csrf = '';

  constructor(base: string) {
    this.#base = base;
  }

  async signIn(username: string, password: string): Promise<void> {
    const response = await fetch(`${this.#base}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    const answer = await read<{ csrf?: string }>(response);
    this.#cookie = response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ');
    this.#csrf = answer.csrf ?? '';
  }

  async get<T>(path: string): Promise<T> {
    return read<T>(await fetch(`${this.#base}/api/v1${path}`, { headers: { cookie: this.#cookie } }));
  }

  async send<T>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body: unknown): Promise<T> {
    const form = body instanceof FormData;
    const response = await fetch(`${this.#base}/api/v1${path}`, {
      method,
      headers: {
        cookie: this.#cookie,
        'x-csrf-token': this.#csrf,
        ...(form ? {} : { 'content-type': 'application/json' }),
      },
      body: form ? body : JSON.stringify(body),
    });
    return read<T>(response);
  }
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text.slice(0, 2000)}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
