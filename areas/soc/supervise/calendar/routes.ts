import { defineRoute } from '@xinglin/platform/http';
import type { RouteSpec } from '@xinglin/platform/http';
import { z } from 'zod';
import type { SuperviseContext } from '../context.ts';
import { addDays, dayOf, daysBetween, instantOf } from './day.ts';

export function workdayRoutes({ calendar, platform }: SuperviseContext): RouteSpec[] {
  return [
    defineRoute({
      method: 'get',
      path: '/workdays',
      summary: '从某日起第 N 个工作日（含法定节假日与调休） / The Nth working day after a day',
      tag: 'notices',
      permission: 'notice:read',
      query: z.object({ from: z.iso.date().optional(), days: z.coerce.number().int().min(0).max(250).default(5) }),
      response: z.object({
        from: z.string(),
        day: z.string(),
        deadline: z.string(),
        /** Years whose arrangement is not published; the answer may move. */
        unknownYears: z.array(z.number()),
        days: z.array(z.object({ day: z.string(), work: z.boolean(), name: z.string() })),
      }),
      handler: ({ query }) => {
        const from = query.from ?? dayOf(platform.now());
        const { day, at, unknownYears } = calendar.deadline(instantOf(from, calendar.businessStart), query.days);
        const length = daysBetween(from, day) + 1;
        const days = Array.from({ length }, (_, i) => calendar.info(addDays(from, i)));
        return Promise.resolve({ from, day, deadline: at.toISOString(), unknownYears: [...unknownYears], days });
      },
    }),
  ];
}
