import type { Middleware } from 'koa';
import { judgeNode } from './core.ts';
import type { Protection } from './core.ts';

/** Koa 3: `app.use(xinglinKoa(await protect(config)))` after the body parser. The decision is in `ctx.state.xinglin`. */
export function xinglinKoa(protection: Protection): Middleware {
  return async (context, next) => {
    const { body } = context.request as { body?: unknown };
    // Koa would write a status of its own after ours.
    const pass = await judgeNode(protection, context.req, context.res, context.originalUrl, body);
    if (pass === undefined) {
      context.respond = false;
      return;
    }
    (context.state as Record<string, unknown>)['xinglin'] = pass.headers;
    await next();
  };
}
