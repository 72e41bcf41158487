/** Trying a rule: why it matches one event, and what it would have done to samples or to the last days. */
import { eventById } from '@xinglin/platform/events';
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { explain } from '@xinglin/sigma';
import type { SigmaRule } from '@xinglin/sigma';
import { z } from 'zod';
import { NearMisses, RuleExplanation } from '../contract.ts';
import { startBackTest } from './back-test-thread.ts';
import { backTestEvents, givenEvents } from './back-test.ts';
import type { DetectionManager } from './detection-manager.ts';
import { compileOptions } from './detector.ts';
import { RuleId, RuleYaml, requirePermission, testedSet } from './rule-access.ts';
import type { RuleAccess } from './rule-access.ts';
import { createNearMiss } from './rule-near-miss.ts';
import type { RuleSet } from './rule-set.ts';

const Time = z.iso.datetime({ offset: true });
const GivenEvent = z.union([z.string().max(65_536), z.record(z.string(), z.unknown())]);
const MAX_LIVE_MS = 30_000;

export function ruleTestRoutes(platform: Platform, manager: DetectionManager, access: RuleAccess): RouteSpec[] {
  const tag = 'rules';
  return [
    defineRoute({
      method: 'post',
      path: '/rules/{id}/explain',
      summary: '规则为何命中某条日志，或第一处不符合的条件',
      tag,
      permission: 'rule:read',
      params: RuleId,
      body: z
        .object({
          /** A changed text of the rule that is not saved yet. */
          yaml: RuleYaml.optional(),
          eventId: z.string().max(40).optional(),
          /** A raw line, or a flat ECS record. */
          event: GivenEvent.optional(),
        })
        .refine(({ eventId, event }) => (eventId === undefined) !== (event === undefined), {
          message: 'give eventId or event',
        }),
      response: RuleExplanation,
      async handler({ actor, params, body }) {
        const set = testedSet(manager.loaded.set, () => access.find(actor, params.id), body.yaml);
        let event: Readonly<Record<string, unknown>>;
        if (body.eventId === undefined) {
          [event = {}] = givenEvents([body.event ?? ''], actor.tenant, platform.now().getTime());
        } else {
          requirePermission(actor, 'event:read');
          const stored = await eventById(platform.events, actor.scopes, body.eventId);
          if (stored === undefined) throw new XinglinError('resource.not_found', { what: 'event', id: body.eventId });
          ({ event } = stored);
        }
        const rules = set.rules.map((rule) => explanationOf(rule, set, event));
        return { matched: rules.some(({ matched }) => matched), rules, event };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/rules/{id}/test',
      summary: '以样本或历史日志试运行规则',
      tag,
      permission: 'rule:read',
      params: RuleId,
      body: z.object({
        /** A changed text of the rule that is not saved yet. */
        yaml: RuleYaml.optional(),
        events: z.array(GivenEvent).max(1000).optional(),
        query: z.string().max(2000).default(''),
        from: Time.optional(),
        to: Time.optional(),
        /** Tells near misses too. */
        near: z.boolean().default(false),
      }),
      response: z.object({
        scanned: z.int(),
        matched: z.int(),
        hits: z.array(
          z.object({
            id: z.string(),
            ts: z.string(),
            tenant: z.string(),
            message: z.string(),
            explanation: z.record(z.string(), z.unknown()),
          }),
        ),
        perDay: z.record(z.string(), z.int()),
        near: NearMisses.optional(),
        incomplete: z.boolean(),
        tookMs: z.int(),
      }),
      maxBodyBytes: 8 * 1024 * 1024,
      async handler({ actor, params, body }) {
        const began = Date.now();
        const set = testedSet(manager.loaded.set, () => access.find(actor, params.id), body.yaml);
        const now = platform.now();
        const to = body.to === undefined ? now : new Date(body.to);
        const from = body.from === undefined ? new Date(to.getTime() - 24 * 3_600_000) : new Date(body.from);
        const limits = { near: body.near, maxMs: MAX_LIVE_MS };
        if (body.events === undefined) requirePermission(actor, 'event:read');
        const result =
          body.events === undefined
            ? await startBackTest(platform.events, {
                set,
                ruleId: params.id,
                scopes: actor.scopes,
                period: { query: body.query, from, to },
                limits,
              }).result
            : backTestEvents(set, params.id, body.events, actor.tenant, now.getTime(), limits);
        const { scanned, matched, hits, perDay, near, incomplete } = result;
        return {
          scanned,
          matched,
          incomplete,
          hits: [...hits],
          perDay: { ...perDay },
          ...(near === undefined ? {} : { near: structuredClone(near) as z.input<typeof NearMisses> }),
          tookMs: Date.now() - began,
        };
      },
    }),
  ];
}

type Explained = z.input<typeof RuleExplanation>['rules'][number];

function explanationOf(rule: SigmaRule, set: RuleSet, event: Readonly<Record<string, unknown>>): Explained {
  const options = compileOptions(set.rules, set.filters);
  const { matched, notRouted, cannotRun, because, failed } = explain(event, rule, options);
  const judge = createNearMiss(rule, options);
  const met = judge.met(event);
  return {
    id: rule.id,
    title: rule.title,
    matched,
    because: [...because],
    failed: [...failed],
    ...(notRouted === undefined ? {} : { notRouted }),
    ...(cannotRun === undefined ? {} : { cannotRun }),
    conditions: judge.requirements.map((requirement, index) => {
      const value = judge.valueOf(event, index);
      return {
        ...requirement,
        wanted: [...requirement.wanted],
        met: met[index] ?? false,
        ...(value === undefined ? {} : { value }),
      };
    }),
  };
}
