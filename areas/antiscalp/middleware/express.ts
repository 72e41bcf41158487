import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { judgeNode } from './core.ts';
import type { Protection } from './core.ts';

/**
 * Express 5. Put it after the body parser and before the routes:
 * `app.use(express.json(), xinglinExpress(await protect(config)))`. The decision is in `res.locals.xinglin`.
 */
export function xinglinExpress(protection: Protection): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    try {
      const pass = await judgeNode(protection, request, response, request.originalUrl, request.body as unknown);
      if (pass === undefined) return;
      response.locals['xinglin'] = pass.headers;
      next();
    } catch (error) {
      next(error);
    }
  };
}
