export { judgeNode, protect } from './core.ts';
export type { ProtectedRequest, Protection } from './core.ts';
export { xinglinExpress } from './express.ts';
export { xinglinFastify } from './fastify.ts';
export { xinglinHono } from './hono.ts';
export { xinglinKoa } from './koa.ts';
