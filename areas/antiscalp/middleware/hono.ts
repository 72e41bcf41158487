import type { Context, MiddlewareHandler } from 'hono';
import type { Protection } from './core.ts';

export interface HonoOptions {
  /** Where the visitor's socket address is; default: what `@hono/node-server` puts into `env.incoming`. */
  readonly address?: (context: Context) => string | undefined;
}

interface NodeEnv {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string; readonly encrypted?: boolean } };
}

/** Hono 4: `app.use(xinglinHono(await protect(config)))`. The body is read from a copy; the handler still has its own. */
export function xinglinHono(protection: Protection, options: HonoOptions = {}): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req;
    const url = new URL(raw.url);
    const target = url.pathname + url.search;
    const plan = protection.plan(raw.method, target);
    if (plan.kind === 'bypass') return next();
    const socket = (context.env as NodeEnv | undefined)?.incoming?.socket;
    const wantsBody = plan.needsBody && raw.body !== null;
    const verdict = await protection.judge(
      {
        method: raw.method,
        url: target,
        headers: { ...Object.fromEntries(raw.headers), host: url.host },
        remoteAddress: options.address?.(context) ?? socket?.remoteAddress,
        encrypted: socket?.encrypted === true,
        body: wantsBody ? Buffer.from(await raw.clone().arrayBuffer()) : undefined,
      },
      plan,
    );
    if (verdict.kind === 'reply') {
      const headers = new Headers();
      for (const [name, value] of Object.entries(verdict.reply.headers)) {
        for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
      }
      const { status, body } = verdict.reply;
      return new Response(status === 204 || raw.method === 'HEAD' ? null : (body as BodyInit), { status, headers });
    }
    context.set('xinglin', verdict.headers);
    await next();
    for (const cookie of verdict.cookies) context.res.headers.append('set-cookie', cookie);
    verdict.settle?.(context.res.status);
    return undefined;
  };
}
