import type { RouteSpec } from '../../http/route.ts';
import type { Access } from '../access.ts';
import { auditRoutes } from './audit-routes.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { meRoutes } from './me-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { tokenRoutes } from './token-routes.ts';
import { userRoutes } from './user-routes.ts';

/** Every route of the access package, below `/api/v1`. */
export function accessRoutes(access: Access): RouteSpec[] {
  return [
    ...sessionRoutes(access),
    ...oidcRoutes(access),
    ...meRoutes(access),
    ...userRoutes(access),
    ...tokenRoutes(access),
    ...auditRoutes(access),
  ];
}
