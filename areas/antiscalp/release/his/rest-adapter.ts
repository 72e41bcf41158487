import { z } from 'zod';
import { HisError } from './port.ts';
import type { HisAdapter, HisErrorKind } from './port.ts';

const Session = z.object({ id: z.string(), department: z.string(), doctor: z.string(), date: z.string() });
const Slot = z.object({
  id: z.string(),
  session: z.string(),
  startAt: z.string(),
  state: z.enum(['free', 'held', 'booked']),
});
const Appointment = z.object({
  id: z.string(),
  slot: z.string(),
  patient: z.string(),
  state: z.enum(['held', 'booked', 'released', 'cancelled']),
});
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * HIS over REST: `GET /sessions?from&to`, `GET /sessions/{id}/slots`, `POST /appointments` (hold), `POST /appointments/{id}/confirm|release|cancel`,
 * `GET /appointments?patient`. The key travels in `Idempotency-Key`. 409 is `taken` or `wrong-state` by the body's `code`.
 */
export function restAdapter(options: {
  readonly baseUrl: string;
  readonly token?: string;
  readonly timeoutMs?: number;
}): HisAdapter {
  const { baseUrl, token, timeoutMs = 5000 } = options;

  async function ask<S extends z.ZodType>(
    schema: S,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    key?: string,
  ): Promise<z.output<S>> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(new URL(path, baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`), {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (cause) {
      throw new HisError(
        refusedConnection(cause) ? 'unreachable' : 'unknown-outcome',
        `${method} ${path}: ${said(cause)}`,
        {
          cause,
        },
      );
    }
    if (text.length > MOST_BYTES) throw new HisError('protocol', `${path}: answer of ${text.length} characters`);
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (cause) {
      // A gateway in between may have answered for a HIS that did act.
      throw new HisError(response.ok ? 'protocol' : 'unknown-outcome', `${path}: ${response.status}, not JSON`, {
        cause,
      });
    }
    if (!response.ok)
      throw new HisError(kindOf(response.status, json), `${path}: ${response.status} ${text.slice(0, 200)}`);
    const parsed = schema.safeParse(json);
    if (!parsed.success)
      throw new HisError('protocol', `${path}: ${parsed.error.issues[0]?.path.join('.')} is not as agreed`);
    return parsed.data;
  }

  const list = <S extends z.ZodType>(item: S) => z.object({ items: z.array(item) });
  const act = (verb: string, key: string, id: string, body: object = {}) =>
    ask(Appointment, 'POST', `appointments/${encodeURIComponent(id)}/${verb}`, body, key);
  return {
    sessions: async ({ from, to }) =>
      (await ask(list(Session), 'GET', `sessions?${new URLSearchParams({ from, to }).toString()}`)).items,
    slots: async (session) => (await ask(list(Slot), 'GET', `sessions/${encodeURIComponent(session)}/slots`)).items,
    hold: (key, slot, patient) => ask(Appointment, 'POST', 'appointments', { slot, patient }, key),
    confirm: (key, id) => act('confirm', key, id),
    release: (key, id) => act('release', key, id),
    cancel: (key, id, reason) => act('cancel', key, id, { reason }),
    listMine: async (patient) =>
      (await ask(list(Appointment), 'GET', `appointments?${new URLSearchParams({ patient }).toString()}`)).items,
    close: () => Promise.resolve(),
  };
}

function kindOf(status: number, body: unknown): HisErrorKind {
  if (status === 404) return 'not-found';
  if (status === 409) return (body as { code?: unknown } | null)?.code === 'taken' ? 'taken' : 'wrong-state';
  if (status === 501) return 'unsupported';
  return status >= 500 ? 'unknown-outcome' : 'protocol';
}

/** Only a connection that was never made proves that nothing arrived. */
function refusedConnection(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN'].includes(cause?.code ?? '');
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
