import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { inScope } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import { XinglinError } from '@xinglin/platform/kernel';
import { sql } from 'kysely';
import { z } from 'zod';
import { Alert, EventRecord, Indicator, Level, page } from '../../contract.ts';
import { ALERT_COLUMNS, ALERT_JOINS, toAlert } from '../alerts/read.ts';
import type { AlertRecord } from '../alerts/read.ts';
import { planImport, readNeverMatch, writeIndicators } from './import.ts';
import { REASONS, shorten } from './indicator.ts';
import { FEED_FORMATS, parseFeed } from './parse-feed.ts';
import { Feed, IndicatorQuery, indicatorEvents, listFeeds, listIndicators, readIndicator } from './read.ts';
import '../errors.ts';

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ERRORS = 500;
const HIT_DAYS = 30;
const Id = z.object({ id: z.string().max(40) });

const Settings = z.object({
  format: z.enum(FEED_FORMATS).default('auto'),
  feed: z.string().trim().min(1).max(100),
  /** Matches in this subtree; default the actor's own institution. Empty for the whole platform. */
  tenant: z.string().max(200).optional(),
  severity: Level.default('medium'),
  confidence: z.coerce.number().int().min(0).max(100).default(50),
  /** End of what has no end of its own, in days from now; 0: no end. */
  validDays: z.coerce.number().int().min(0).max(3650).default(90),
  /** Say what would happen and write nothing. */
  dryRun: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(false),
});
const ImportBody = Settings.extend({ text: z.string().min(1).max(MOST_BYTES) });
const ImportAnswer = z.object({
  format: z.enum(['stix', 'misp', 'csv', 'list']),
  created: z.number().int(),
  updated: z.number().int(),
  duplicates: z.number().int(),
  rejected: z.number().int(),
  /** The first 500. */
  errors: z.array(z.object({ place: z.string(), text: z.string(), code: z.string(), reason: z.string() })),
  dryRun: z.boolean(),
});

export interface IntelDeps {
  /** After indicators were written or deleted. */
  readonly onChanged: () => void;
}

export function intelRoutes(
  platform: Pick<Platform, 'state' | 'events' | 'now' | 'log'>,
  deps: IntelDeps,
): RouteSpec[] {
  const { state, events, now, log } = platform;

  async function run(
    actor: Actor,
    text: string,
    settings: z.output<typeof Settings>,
    locale: 'zh-CN' | 'en',
  ): Promise<z.input<typeof ImportAnswer>> {
    const tenant = settings.tenant ?? actor.tenant;
    if (!inScope(actor, tenant)) throw new XinglinError('soc.scope', { tenant: tenant === '' ? '*' : tenant });
    const parsed = parseFeed(text, settings.format, now());
    const never = await state.read(actor, 'intel:write', readNeverMatch);
    const plan = planImport(parsed.indicators, parsed.errors, never, now());
    const answer = {
      format: parsed.format,
      duplicates: plan.duplicates,
      rejected: plan.errors.length,
      errors: plan.errors.slice(0, MOST_ERRORS).map(({ place, text: found, reason }) => ({
        place,
        text: shorten(found),
        code: reason,
        reason: REASONS[reason][locale === 'en' ? 'en' : 'zh'],
      })),
      dryRun: settings.dryRun,
    };
    if (plan.rows.length === 0) {
      const details = answer.errors.slice(0, 20).map(({ place, reason }) => ({ path: place, message: reason }));
      throw new XinglinError('soc.intel_empty', { rejected: plan.errors.length }, { details });
    }
    if (settings.dryRun) return { ...answer, created: plan.rows.length, updated: 0 };
    const { feed, severity, confidence, validDays } = settings;
    const written = await state.write(actor, 'intel:write', async (tx, audit) => {
      const counts = await writeIndicators(tx, now(), plan.rows, {
        tenant,
        feed,
        severity,
        confidence,
        validDays: validDays === 0 ? null : validDays,
      });
      const after = { format: parsed.format, ...counts, rejected: plan.errors.length };
      await audit({
        action: 'intel.import',
        tenant,
        objectType: 'feed',
        objectId: feed,
        summary: `${feed}: ${plan.rows.length}`,
        after,
      });
      return counts;
    });
    deps.onChanged();
    return { ...answer, ...written };
  }

  return [
    defineRoute({
      method: 'get',
      path: '/indicators',
      summary: 'Threat indicators in scope and of the institutions above',
      tag: 'intelligence',
      permission: 'intel:read',
      query: IndicatorQuery,
      response: page(Indicator),
      handler: ({ actor, query }) => state.read(actor, 'intel:read', (tx) => listIndicators(tx, now(), query)),
    }),
    defineRoute({
      method: 'get',
      path: '/indicators/feeds',
      summary: 'Feeds with how many indicators they hold and how many ever matched',
      tag: 'intelligence',
      permission: 'intel:read',
      response: z.object({ items: z.array(Feed), total: z.number().int() }),
      handler: ({ actor }) =>
        state.read(actor, 'intel:read', async (tx) => {
          const items = await listFeeds(tx, now());
          return { items, total: items.length };
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/indicators/import',
      summary: 'Import STIX 2.1, MISP JSON, CSV or a plain list; says row by row what was refused',
      tag: 'intelligence',
      permission: 'intel:write',
      body: ImportBody,
      response: ImportAnswer,
      maxBodyBytes: MOST_BYTES,
      handler: ({ actor, body, locale }) => run(actor, body.text, body, locale),
    }),
    defineRoute({
      method: 'post',
      path: '/indicators/upload',
      summary: 'As import, from a file (multipart)',
      tag: 'intelligence',
      permission: 'intel:write',
      multipart: true,
      body: Settings,
      response: ImportAnswer,
      maxBodyBytes: MOST_BYTES,
      handler: ({ actor, body, files, locale }) => {
        const [file] = files;
        if (file === undefined) throw new XinglinError('request.invalid', { reason: 'file' });
        return run(actor, new TextDecoder().decode(file.bytes), body, locale);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/indicators/{id}/hits',
      summary: 'Alerts about an indicator, and the events of the last 30 days that touched it',
      tag: 'intelligence',
      permission: 'intel:read',
      params: Id,
      response: z.object({ indicator: Indicator, alerts: z.array(Alert), events: z.array(EventRecord) }),
      handler: async ({ actor, params }) => {
        const found = await state.read(actor, 'intel:read', async (tx) => {
          const indicator = await readIndicator(tx, params.id);
          const alerts = actor.permissions.has('alert:read')
            ? await sql<AlertRecord>`
                select ${ALERT_COLUMNS} from soc_alert a ${ALERT_JOINS} where a.rule_id = ${`intel:${params.id}`} order by a.last_seen desc, a.id limit 100`.execute(
                tx,
              )
            : { rows: [] };
          return { indicator, alerts: alerts.rows.map(toAlert) };
        });
        if (!actor.permissions.has('event:read')) return { ...found, events: [] };
        const since = new Date(now().getTime() - HIT_DAYS * 86_400_000);
        return { ...found, events: await indicatorEvents(events, actor.scopes, params.id, since, 100) };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/indicators/{id}',
      summary: 'Delete an indicator; alerts it made stay',
      tag: 'intelligence',
      permission: 'intel:write',
      params: Id,
      status: 204,
      handler: async ({ actor, params }) => {
        await state.write(actor, 'intel:write', async (tx, audit) => {
          const row = await tx
            .deleteFrom('soc_indicator')
            .where('id', '=', params.id)
            .returning(['tenant', 'feed', 'type', 'value', 'hits'])
            .executeTakeFirst();
          if (row === undefined) throw new XinglinError('resource.not_found', { what: 'indicator', id: params.id });
          await audit({
            action: 'intel.delete',
            tenant: row.tenant,
            objectType: 'indicator',
            objectId: params.id,
            summary: `${row.type} ${row.value}`,
            before: row,
          });
        });
        deps.onChanged();
        return {};
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/indicators/feeds/{feed}',
      summary: 'Delete all indicators of a feed that are in scope',
      tag: 'intelligence',
      permission: 'intel:write',
      params: z.object({ feed: z.string().max(100) }),
      response: z.object({ deleted: z.number().int() }),
      handler: async ({ actor, params }) => {
        const deleted = await state.write(actor, 'intel:write', async (tx, audit) => {
          const rows = await tx
            .deleteFrom('soc_indicator')
            .where('feed', '=', params.feed)
            .returning('tenant')
            .execute();
          if (rows.length === 0) throw new XinglinError('resource.not_found', { what: 'feed', id: params.feed });
          await audit({
            action: 'intel.delete-feed',
            tenant: rows[0]?.tenant ?? '',
            objectType: 'feed',
            objectId: params.feed,
            summary: `${params.feed}: ${rows.length}`,
          });
          return rows.length;
        });
        deps.onChanged();
        log.info({ feed: params.feed, deleted }, 'feed deleted');
        return { deleted };
      },
    }),
  ];
}
