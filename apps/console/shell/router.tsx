import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type AnyRoute,
} from '@tanstack/react-router';
import {
  ErrorState,
  PageSkeleton,
  parseSearch,
  permits,
  stringifySearch,
  useSession,
  useText,
  type ConsoleModule,
  type ConsoleRoute,
} from '@xinglin/platform/ui';
import type { ComponentType } from 'react';
import { HomePage } from './home.tsx';
import { Shell } from './shell.tsx';
import { SignedIn } from './signed-in.tsx';
import { SignInPage } from './sign-in.tsx';
import { NotFound } from './not-found.tsx';

/** Puts the areas' pages behind sign-in, the shell and their permission; each page's code is loaded when it is first opened. */
export function createConsoleRouter(modules: readonly ConsoleModule[]) {
  const root = createRootRoute({
    component: Outlet,
    notFoundComponent: NotFound,
    validateSearch: (search: Record<string, unknown>) => search,
  });
  const session = createRoute({ getParentRoute: () => root, id: 'session', component: SignedIn });
  const shell = createRoute({
    getParentRoute: () => session,
    id: 'shell',
    component: () => <Shell modules={modules} />,
  });
  const signIn = createRoute({ getParentRoute: () => root, path: '/login', component: SignInPage });
  const home = createRoute({ getParentRoute: () => shell, path: '/', component: () => <HomePage modules={modules} /> });
  const pages: AnyRoute[] = [];
  const bare: AnyRoute[] = [];
  for (const route of modules.flatMap((module) => module.routes)) {
    const component = lazyRouteComponent(
      () => route.load() as Promise<Record<string, ComponentType>>,
      'Page',
    ) as ComponentType;
    const parent = (route.bare === true ? root : shell) as unknown as AnyRoute;
    const made = createRoute({
      getParentRoute: () => parent,
      path: route.path,
      component: route.bare === true ? component : guarded(route, component),
    } as never) as unknown as AnyRoute;
    (route.bare === true ? bare : pages).push(made);
  }
  const tree = root.addChildren([signIn, session.addChildren([shell.addChildren([home, ...pages])]), ...bare] as never);
  return createRouter({
    routeTree: tree as unknown as AnyRoute,
    defaultPreload: 'intent',
    parseSearch,
    stringifySearch,
    defaultPendingComponent: () => <PageSkeleton />,
    defaultPendingMs: 120,
    defaultErrorComponent: ({ error, reset }) => (
      <div className="xl-page">
        <ErrorState error={error} retry={reset} />
      </div>
    ),
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
    scrollToTopSelectors: ['#main'],
  });
}

function guarded(route: ConsoleRoute, Component: ComponentType): ComponentType {
  return function Guarded() {
    const { actor } = useSession();
    const t = useText();
    if (permits(actor.permissions, route.permission)) return <Component />;
    return (
      <div className="xl-page">
        <ErrorState error={new Error(t('shell.noPermission'))} />
      </div>
    );
  };
}
