import { sql } from 'kysely';
import type { Permission } from '@xinglin/platform/access';
import type { RouteSpec } from '@xinglin/platform/http';
import type { State } from '@xinglin/platform/state';

/** How to call one route: what the tenancy test puts into its path, query and body. */
export interface Sample {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Who calls: sends a request and returns the answer. */
export type Caller = (method: string, path: string, body: unknown) => Promise<Response>;

export interface TenancyInput {
  readonly routes: readonly RouteSpec[];
  readonly state: Pick<State, 'owner'>;
  readonly anonymous: Caller;
  /** A viewer of the same institution that owns the sampled objects, with these permissions. */
  readonly viewer: { readonly call: Caller; readonly permissions: ReadonlySet<Permission> };
  /** Users of another institution that together hold every permission a route may ask for. */
  readonly strangers: readonly { readonly call: Caller; readonly permissions: ReadonlySet<Permission> }[];
  /** Ids and bodies that belong to the first institution. Called for every route; a route with path parameters needs them. */
  readonly sample: (route: RouteSpec) => Sample;
  /** Texts that stand in all rows of the first institution and only there (its path, names); no stranger's answer may contain one. */
  readonly secrets: readonly string[];
  /** Tables that change by being called at all (sessions' last use, the audit log, counters). */
  readonly ignoreTables?: readonly string[];
}

const DEFAULT_IGNORED = ['access_session', 'access_token', 'access_attempt', 'audit_log', 'audit_head'];

export interface TenancyFinding {
  readonly route: string;
  readonly caller: 'anonymous' | 'viewer' | 'stranger';
  readonly problem: string;
}

export interface TenancyReport {
  readonly checked: number;
  readonly findings: readonly TenancyFinding[];
}

/**
 * Calls every route as somebody who must not: without an account (401), as a read-only user (403 on everything the role lacks), and as
 * another institution's user who does hold the permission (gets nothing of ours). After each call the database must be what it was.
 */
export async function checkTenancy(input: TenancyInput): Promise<TenancyReport> {
  const findings: TenancyFinding[] = [];
  const ignored = new Set([...DEFAULT_IGNORED, ...(input.ignoreTables ?? [])]);
  let checked = 0;
  let before = await databaseDigest(input.state, ignored);

  for (const route of input.routes) {
    const name = `${route.method.toUpperCase()} ${route.path}`;
    const sample = input.sample(route);
    const path = fill(route, sample);
    const problem = (caller: TenancyFinding['caller'], text: string): void => {
      findings.push({ route: name, caller, problem: text });
    };
    const unchanged = async (caller: TenancyFinding['caller']): Promise<void> => {
      const after = await databaseDigest(input.state, ignored);
      const changed = [...after].filter(([table, digest]) => before.get(table) !== digest).map(([table]) => table);
      if (changed.length > 0) problem(caller, `changed ${changed.join(', ')}`);
      before = after;
    };
    const method = route.method.toUpperCase();
    const body = route.multipart === true ? (sample.body ?? new FormData()) : sample.body;

    if (route.permission !== 'public') {
      checked += 1;
      const response = await input.anonymous(method, path, body);
      if (response.status !== 401) problem('anonymous', `answered ${response.status}, not 401`);
      await unchanged('anonymous');
    }

    if (
      route.permission !== 'public' &&
      route.permission !== 'self' &&
      !input.viewer.permissions.has(route.permission)
    ) {
      checked += 1;
      const response = await input.viewer.call(method, path, body);
      if (response.status !== 403) problem('viewer', `answered ${response.status}, not 403`);
      await unchanged('viewer');
    }

    const { permission } = route;
    for (const stranger of input.strangers) {
      if (permission === 'public' || (permission !== 'self' && !stranger.permissions.has(permission))) continue;
      const named = route.path.includes('{');
      const reading = route.method === 'get';
      // A stranger's own password, inbox and the like are theirs; only routes that name an object can reach ours.
      if (permission === 'self' && !named && !reading) continue;
      checked += 1;
      const oursBefore = named || reading ? undefined : await databaseDigest(input.state, ignored, input.secrets);
      const response = await stranger.call(method, path, body);
      const text = await response.text();
      const asked = `${path} ${JSON.stringify(sample.body) ?? ''}`;
      for (const secret of input.secrets) {
        // An error may repeat what was asked.
        if (text.includes(secret) && (response.ok || !asked.includes(secret))) problem('stranger', `saw '${secret}'`);
      }
      if (named && response.status < 400)
        problem('stranger', `answered ${response.status} for an object of another institution`);
      if (response.status >= 500) problem('stranger', `answered ${response.status}`);
      if (oursBefore === undefined) await unchanged('stranger');
      else {
        // A collection route (create, search) may make the stranger's own rows; ours stay as they were.
        const ours = await databaseDigest(input.state, ignored, input.secrets);
        const changed = [...ours].filter(([table, digest]) => oursBefore.get(table) !== digest).map(([table]) => table);
        if (changed.length > 0) problem('stranger', `changed our rows in ${changed.join(', ')}`);
        before = await databaseDigest(input.state, ignored);
      }
    }
  }
  return { checked, findings };
}

function fill(route: RouteSpec, sample: Sample): string {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = sample.params?.[key];
    if (value === undefined) throw new Error(`tenancy: ${route.method} ${route.path} needs a sample for '${key}'`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams(sample.query).toString();
  return query === '' ? path : `${path}?${query}`;
}

/** A digest of every table's content, or only of the rows that contain one of the texts. */
async function databaseDigest(
  state: Pick<State, 'owner'>,
  ignored: ReadonlySet<string>,
  containing?: readonly string[],
): Promise<Map<string, string>> {
  const tables = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = current_schema() order by tablename
  `.execute(state.owner);
  const wanted = tables.rows.filter(({ name }) => !ignored.has(name));
  const only =
    containing === undefined ? sql`` : sql`where t::text like any (${containing.map((text) => `%${text}%`)})`;
  const parts = wanted.map(
    ({ name }) =>
      sql`select ${name}::text as name, md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '')) as digest from ${sql.table(name)} t ${only}`,
  );
  const rows = await sql<{ name: string; digest: string }>`${sql.join(parts, sql` union all `)}`.execute(state.owner);
  return new Map(rows.rows.map(({ name, digest }) => [name, digest]));
}
