import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { inScope } from '@xinglin/platform/access';
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError, newId, registerErrors } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import { sql } from 'kysely';
import { z } from 'zod';
import { Source } from '../contract.ts';
import '../tables.ts';
import type { SourceCounters } from './source-counters.ts';
import { hashToken } from './source-registry.ts';
import type { SourceRegistry } from './source-registry.ts';

registerErrors({
  'source.name_taken': {
    status: 409,
    zh: '该机构已有名为「{name}」的数据来源',
    en: 'The institution already has a source named “{name}”',
  },
  'source.address_taken': {
    status: 409,
    zh: '地址 {address} 已登记给另一数据来源',
    en: 'The address {address} belongs to another source',
  },
  'source.tenant_unknown': { status: 422, zh: '机构 {tenant} 不存在', en: 'No institution {tenant}' },
});

const Address = z.string().refine(isAddress, { error: '应为 IP 地址或网段 / must be an IP address or CIDR block' });
const Timezone = z.string().regex(/^[+-](0\d|1[0-4]):[0-5]\d$/);
const Tenant = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/);
const Fingerprint = z
  .string()
  .transform((text) => text.replaceAll(':', '').toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{64}$/));

const Editable = z.object({
  name: z.string().trim().min(1).max(100),
  allowedIps: z.array(Address).max(200),
  certFingerprint: Fingerprint.nullable(),
  dataset: z.string().regex(/^[a-z0-9_.-]{0,64}$/),
  timezone: Timezone,
  enabled: z.boolean(),
  silentAfterS: z
    .int()
    .min(0)
    .max(7 * 86_400),
});
const NewSource = Editable.partial()
  .required({ name: true })
  .extend({ tenant: Tenant, kind: z.enum(['syslog', 'http', 'elastic', 'splunk', 'otlp', 'collector']) });
const SourcePatch = Editable.partial();
const WithToken = z.object({
  source: Source,
  /** Shown this once; only its hash is kept. */
  token: z.string(),
});
const Id = z.object({ id: z.string().max(64) });

export function isAddress(text: string): boolean {
  const [ip = '', bits, ...rest] = text.split('/');
  const family = isIP(ip);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

export function newToken(): { token: string; hash: string; prefix: string } {
  const token = `xls_${randomBytes(24).toString('base64url')}`;
  return { token, hash: hashToken(token), prefix: token.slice(0, 8) };
}

type SourceView = z.input<typeof Source>;

async function readSources(
  tx: Tx,
  filter: { id?: string; tenant?: string | undefined },
  now: Date,
): Promise<SourceView[]> {
  const from = new Date(Math.floor(now.getTime() / 60_000) * 60_000 - 59 * 60_000);
  let query = tx
    .selectFrom('soc_source')
    .innerJoin('soc_institution', 'soc_institution.tenant', 'soc_source.tenant')
    .selectAll('soc_source')
    .select('soc_institution.name as institution')
    .orderBy('soc_source.tenant')
    .orderBy('soc_source.name');
  if (filter.id !== undefined) query = query.where('soc_source.id', '=', filter.id);
  const { tenant } = filter;
  if (tenant !== undefined)
    query = query.where((where) =>
      where.or([where('soc_source.tenant', '=', tenant), where('soc_source.tenant', 'like', `${tenant}.%`)]),
    );
  const rows = await query.execute();
  if (rows.length === 0) return [];
  const minutes = await tx
    .selectFrom('soc_source_minute')
    .selectAll()
    .where('minute', '>=', from)
    .where(
      'source_id',
      'in',
      rows.map((row) => row.id),
    )
    .execute();
  const bySource = Map.groupBy(minutes, (minute) => minute.source_id);
  return rows.map((row): SourceView => {
    const lastHour = { received: 0, parsed: 0, failed: 0, dropped: 0, bytes: 0 };
    const perMinute = Array.from({ length: 60 }, () => 0);
    const datasets: Record<string, number> = {};
    let lag = 0;
    for (const minute of bySource.get(row.id) ?? []) {
      for (const key of ['received', 'parsed', 'failed', 'dropped', 'bytes'] as const)
        lastHour[key] += Number(minute[key]);
      lag += Number(minute.lag_ms_sum);
      const slot = Math.round((minute.minute.getTime() - from.getTime()) / 60_000);
      if (slot >= 0 && slot < 60) perMinute[slot] = Number(minute.received);
      for (const [name, count] of Object.entries(minute.datasets))
        datasets[name] = (datasets[name] ?? 0) + Number(count);
    }
    return {
      id: row.id,
      tenant: row.tenant,
      institution: row.institution,
      name: row.name,
      kind: row.kind,
      tokenPrefix: row.token_prefix,
      allowedIps: row.allowed_ips,
      dataset: row.dataset,
      timezone: row.timezone,
      enabled: row.enabled,
      silentAfterS: row.silent_after_s,
      lastEventAt: row.last_event_at?.toISOString() ?? null,
      lastReceivedAt: row.last_received_at?.toISOString() ?? null,
      silentSince: row.silent_since?.toISOString() ?? null,
      lastHour: {
        ...lastHour,
        lagMs: lastHour.received === 0 ? null : Math.round(lag / lastHour.received),
        perMinute,
        datasets,
      },
    };
  });
}

async function readOne(tx: Tx, id: string, now: Date): Promise<SourceView> {
  const [source] = await readSources(tx, { id }, now);
  if (source === undefined) throw new XinglinError('resource.not_found', { what: 'source', id });
  return source;
}

/** One address names one source; a network may contain addresses of others, the narrower wins. */
async function checkAddresses(tx: Tx, addresses: readonly string[], except: string): Promise<void> {
  if (addresses.length === 0) return;
  const { rows } = await sql<{
    address: string;
  }>`select a.address from soc_source s, unnest(s.allowed_ips) as a(address)
    where s.id <> ${except} and a.address = any(${[...addresses]}::text[]) limit 1`.execute(tx);
  const taken = rows[0]?.address;
  if (taken !== undefined) throw new XinglinError('source.address_taken', { address: taken });
}

async function checkName(tx: Tx, tenant: string, name: string, except: string): Promise<void> {
  const taken = await tx
    .selectFrom('soc_source')
    .select('id')
    .where('tenant', '=', tenant)
    .where('name', '=', name)
    .where('id', '<>', except)
    .executeTakeFirst();
  if (taken !== undefined) throw new XinglinError('source.name_taken', { name });
}

export function sourceRoutes(platform: Platform, registry: SourceRegistry, counters: SourceCounters): RouteSpec[] {
  const { state, bus } = platform;
  const changed = async (tenant: string, id: string): Promise<void> => {
    bus.publish({ topic: 'source.changed', tenant, data: { id } });
    // The caller may send with the new token at once.
    await registry.refresh();
  };
  const tag = 'sources';

  return [
    defineRoute({
      method: 'get',
      path: '/sources',
      summary: '数据来源列表（含近一小时速率、解析失败与延迟）',
      tag,
      permission: 'source:read',
      query: z.object({ tenant: Tenant.optional() }),
      response: z.object({ items: z.array(Source), total: z.int() }),
      async handler({ actor, query }) {
        const items = await state.read(actor, 'source:read', (tx) =>
          readSources(tx, { tenant: query.tenant }, platform.now()),
        );
        return { items, total: items.length };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/sources/unknown',
      summary: '未登记的发送地址，与无法识别格式的样本',
      tag,
      permission: 'source:read',
      response: z.object({
        senders: z.array(
          z.object({
            ip: z.string(),
            transport: z.enum(['udp', 'tcp', 'tls', 'http']),
            count: z.int(),
            firstSeen: z.string(),
            lastSeen: z.string(),
            sample: z.string(),
          }),
        ),
        samples: z.array(z.object({ sourceId: z.string(), tenant: z.string(), at: z.string(), sample: z.string() })),
      }),
      async handler({ actor }) {
        // Whose an unregistered address is nobody knows yet: only the top of the region may see it.
        const top = await state.read(actor, 'source:read', (tx) =>
          tx.selectFrom('soc_institution').select('tenant').where('parent', 'is', null).execute(),
        );
        const iso = (ms: number): string => new Date(ms).toISOString();
        return {
          senders:
            top.length === 0 && !actor.scopes.includes('')
              ? []
              : registry
                  .refused()
                  .map((one) => ({ ...one, firstSeen: iso(one.firstSeen), lastSeen: iso(one.lastSeen) })),
          samples: counters
            .unknownSamples()
            .filter((one) => inScope(actor, one.tenant))
            .map((one) => ({ ...one, at: iso(one.at) })),
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/sources',
      summary: '登记数据来源，返回仅显示一次的令牌',
      tag,
      permission: 'source:write',
      body: NewSource,
      response: WithToken,
      status: 201,
      async handler({ actor, body }) {
        const id = newId();
        const { token, hash, prefix } = newToken();
        const source = await state.write(actor, 'source:write', async (tx, audit) => {
          const known = await tx
            .selectFrom('soc_institution')
            .select('tenant')
            .where('tenant', '=', body.tenant)
            .executeTakeFirst();
          if (known === undefined) throw new XinglinError('source.tenant_unknown', { tenant: body.tenant });
          await checkName(tx, body.tenant, body.name, id);
          await checkAddresses(tx, body.allowedIps ?? [], id);
          await tx
            .insertInto('soc_source')
            .values({
              id,
              tenant: body.tenant,
              name: body.name,
              kind: body.kind,
              token_hash: hash,
              token_prefix: prefix,
              cert_fingerprint: body.certFingerprint ?? null,
              allowed_ips: body.allowedIps ?? [],
              dataset: body.dataset ?? '',
              timezone: body.timezone ?? '+08:00',
              enabled: body.enabled ?? true,
              silent_after_s: body.silentAfterS ?? 900,
            })
            .execute();
          await audit({
            action: 'source.create',
            tenant: body.tenant,
            objectType: 'source',
            objectId: id,
            summary: `登记数据来源 ${body.name}`,
            after: { ...body, token: undefined },
          });
          return await readOne(tx, id, platform.now());
        });
        await changed(body.tenant, id);
        return { source, token };
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/sources/{id}',
      summary: '修改数据来源',
      tag,
      permission: 'source:write',
      params: Id,
      body: SourcePatch,
      response: Source,
      async handler({ actor, params, body }) {
        const source = await state.write(actor, 'source:write', async (tx, audit) => {
          const before = await readOne(tx, params.id, platform.now());
          if (body.name !== undefined) await checkName(tx, before.tenant, body.name, params.id);
          await checkAddresses(tx, body.allowedIps ?? [], params.id);
          const set = {
            ...(body.name === undefined ? {} : { name: body.name }),
            ...(body.allowedIps === undefined ? {} : { allowed_ips: body.allowedIps }),
            ...(body.certFingerprint === undefined ? {} : { cert_fingerprint: body.certFingerprint }),
            ...(body.dataset === undefined ? {} : { dataset: body.dataset }),
            ...(body.timezone === undefined ? {} : { timezone: body.timezone }),
            ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
            ...(body.silentAfterS === undefined ? {} : { silent_after_s: body.silentAfterS }),
          };
          if (Object.keys(set).length > 0)
            await tx.updateTable('soc_source').set(set).where('id', '=', params.id).execute();
          await audit({
            action: 'source.update',
            tenant: before.tenant,
            objectType: 'source',
            objectId: params.id,
            summary: `修改数据来源 ${before.name}`,
            before: Object.fromEntries(Object.keys(body).map((key) => [key, before[key as keyof SourceView]])),
            after: body,
          });
          return await readOne(tx, params.id, platform.now());
        });
        await changed(source.tenant, source.id);
        return source;
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/sources/{id}',
      summary: '删除数据来源（已收日志保留）',
      tag,
      permission: 'source:write',
      params: Id,
      status: 204,
      async handler({ actor, params }) {
        const source = await state.write(actor, 'source:write', async (tx, audit) => {
          const before = await readOne(tx, params.id, platform.now());
          await tx.deleteFrom('soc_source').where('id', '=', params.id).execute();
          await audit({
            action: 'source.delete',
            tenant: before.tenant,
            objectType: 'source',
            objectId: params.id,
            summary: `删除数据来源 ${before.name}`,
            before: { name: before.name, kind: before.kind, allowedIps: before.allowedIps },
          });
          return before;
        });
        await changed(source.tenant, source.id);
        return new Response(null, { status: 204 });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/sources/{id}/token',
      summary: '更换令牌（旧令牌立即失效），返回仅显示一次的新令牌',
      tag,
      permission: 'source:write',
      params: Id,
      response: WithToken,
      async handler({ actor, params }) {
        const { token, hash, prefix } = newToken();
        const source = await state.write(actor, 'source:write', async (tx, audit) => {
          const before = await readOne(tx, params.id, platform.now());
          await tx
            .updateTable('soc_source')
            .set({ token_hash: hash, token_prefix: prefix })
            .where('id', '=', params.id)
            .execute();
          await audit({
            action: 'source.rotate_token',
            tenant: before.tenant,
            objectType: 'source',
            objectId: params.id,
            summary: `更换数据来源 ${before.name} 的令牌`,
          });
          return await readOne(tx, params.id, platform.now());
        });
        await changed(source.tenant, source.id);
        return { source, token };
      },
    }),
  ];
}
