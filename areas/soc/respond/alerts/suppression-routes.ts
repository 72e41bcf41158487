import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { z } from 'zod';
import { PageQuery } from '../../contract.ts';
import { requireScope } from '../context/query.ts';
import {
  PreviewBody,
  SuppressionBody,
  SuppressionList,
  SuppressionPreview,
  checkSuppression,
  createSuppression,
  endSuppression,
  listSuppressions,
  previewSuppression,
} from './suppression-acts.ts';
import type { SuppressionBook } from './suppression.ts';

export function suppressionRoutes(
  platform: Pick<Platform, 'state' | 'bus' | 'now'>,
  book: SuppressionBook,
): RouteSpec[] {
  const { state, bus, now } = platform;
  return [
    defineRoute({
      method: 'get',
      path: '/suppressions',
      summary: 'Suppressions in scope: active, ended or all',
      tag: 'suppressions',
      permission: 'alert:read',
      query: PageQuery.extend({ state: z.enum(['active', 'ended', 'all']).default('active') }),
      response: SuppressionList,
      handler: ({ actor, query }) => state.read(actor, 'alert:read', (tx) => listSuppressions(tx, query)),
    }),
    defineRoute({
      method: 'post',
      path: '/suppressions/preview',
      summary: "What a suppression would have hidden of the last seven days' alerts",
      tag: 'suppressions',
      permission: 'suppression:write',
      body: PreviewBody,
      response: SuppressionPreview,
      handler: ({ actor, body }) => {
        requireScope(actor, body.tenant);
        checkSuppression(body);
        return state.read(actor, 'suppression:write', (tx) => previewSuppression(tx, now(), body));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/suppressions',
      summary: 'Hide hits that match, in a scope, until a date; hits stay counted and their events stay in the store',
      tag: 'suppressions',
      permission: 'suppression:write',
      body: SuppressionBody,
      response: z.object({ id: z.string(), hidden: z.number().int() }),
      status: 201,
      handler: async ({ actor, body }) => {
        const made = await state.write(actor, 'suppression:write', (tx, audit) =>
          createSuppression(tx, audit, actor, now(), body),
        );
        await book.refresh(true);
        bus.publish({
          topic: 'alert.changed',
          tenant: body.tenant,
          data: { tenant: body.tenant, act: 'suppress', hidden: made.hidden },
        });
        return made;
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/suppressions/{id}',
      summary: 'End a suppression now; the alerts it hid come back',
      tag: 'suppressions',
      permission: 'suppression:write',
      params: z.object({ id: z.string().max(40) }),
      status: 204,
      handler: async ({ actor, params }) => {
        await state.write(actor, 'suppression:write', (tx, audit) => endSuppression(tx, audit, now(), params.id));
        await book.refresh(true);
        return {};
      },
    }),
  ];
}
