import type { z } from 'zod';
import type { Actor, Permission } from '../access/actor.ts';

/**
 * A route as data: from it come the Hono handler, the OpenAPI document, the readable reference and the generated tenancy test.
 * Paths use OpenAPI braces and are below `/api/v1`, e.g. `/alerts/{id}`.
 */
export interface RouteSpec<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  /** `public`: no account needed. `self`: any signed-in account, about itself. Otherwise the permission checked before the handler and again by State. */
  readonly permission: Permission | 'public' | 'self';
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Body is read as multipart/form-data with files; the handler gets them in `files`. */
  readonly multipart?: boolean;
  readonly response?: R;
  /** The handler returns a Response itself (file download, SSE); documented with this content type. */
  readonly raw?: string;
  readonly status?: 200 | 201 | 202 | 204;
  readonly maxBodyBytes?: number;
  readonly handler: (call: RouteCall<P, Q, B>) => Promise<z.input<R> | Response>;
}

export interface UploadedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface RouteCall<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  readonly actor: Actor;
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  readonly files: readonly UploadedFile[];
  readonly locale: 'zh-CN' | 'en';
  readonly request: Request;
}

/** Type inference for one route; a route list is a plain array. */
export function defineRoute<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R extends z.ZodType>(
  spec: RouteSpec<P, Q, B, R>,
): RouteSpec {
  return spec as unknown as RouteSpec;
}
