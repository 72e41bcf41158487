import type { FastifyInstance } from 'fastify';
import { judgeNode } from './core.ts';
import type { Protection } from './core.ts';

/**
 * Fastify 5: `xinglinFastify(app, await protect(config))` before the routes. The gateway's own addresses are answered before Fastify parses a
 * body; everything else is judged after parsing, so that ids in the body count.
 */
export function xinglinFastify(app: FastifyInstance, protection: Protection): void {
  app.addHook('onRequest', async (request, reply) => {
    if (protection.plan(request.method, request.url).kind !== 'own') return;
    reply.hijack();
    await judgeNode(protection, request.raw, reply.raw, request.url, undefined);
  });
  app.addHook('preHandler', async (request, reply) => {
    const plan = protection.plan(request.method, request.url);
    if (plan.kind !== 'action') return;
    const verdict = await protection.judge(
      {
        method: request.method,
        url: request.url,
        headers: request.headers,
        remoteAddress: request.socket.remoteAddress,
        encrypted: 'encrypted' in request.socket,
        body: request.body,
      },
      plan,
    );
    if (verdict.kind === 'reply') {
      await reply.code(verdict.reply.status).headers(verdict.reply.headers).send(verdict.reply.body);
      return;
    }
    for (const cookie of verdict.cookies) reply.header('set-cookie', cookie);
    const { settle } = verdict;
    if (settle !== undefined) reply.raw.once('finish', () => settle(reply.statusCode));
  });
}
