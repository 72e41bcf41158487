import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import {
  api,
  ApiError,
  ErrorState,
  PageSkeleton,
  permits,
  SessionContext,
  setCsrf,
  startLive,
  stopLive,
  useText,
  whenUnauthenticated,
  type Session,
  type SessionAnswer,
} from '@xinglin/platform/ui';
import { LIVE_TOPICS } from './live-topics.ts';
import { EnrolTotp, ForcedPassword } from './restricted.tsx';

/** Everything below has a session; without one the person signs in and comes back to the same address. */
export function SignedIn() {
  const t = useText();
  const client = useQueryClient();
  const location = useLocation();
  const [ended, setEnded] = useState(false);
  const query = useQuery({
    queryKey: ['session'],
    queryFn: () => api<SessionAnswer>('/session', { signingIn: true }),
    staleTime: 60_000,
    retry: (count, error) => count < 5 && error instanceof ApiError && (error.status === 0 || error.status === 503),
  });
  const answer = query.data;
  useEffect(() => {
    if (answer?.csrf !== undefined) setCsrf(answer.csrf);
  }, [answer]);
  const ready = answer !== undefined && answer.restriction === undefined;
  useEffect(() => {
    if (!ready) return;
    startLive(LIVE_TOPICS);
    return stopLive;
  }, [ready]);
  useEffect(() => {
    whenUnauthenticated(() => setEnded(true));
    return () => whenUnauthenticated(() => undefined);
  }, []);
  const session = useMemo<Session | undefined>(
    () =>
      answer === undefined
        ? undefined
        : {
            actor: answer.actor,
            user: answer.user,
            can: (permission) => permits(answer.actor.permissions, permission),
            reload: async () => {
              await client.invalidateQueries({ queryKey: ['session'] });
            },
            signOut: () => {
              void api('/session', { method: 'DELETE', signingIn: true })
                .catch(() => undefined)
                .then(() => {
                  stopLive();
                  client.clear();
                  window.location.assign('/login');
                });
            },
          },
    [answer, client],
  );
  const unauthenticated = ended || (query.error instanceof ApiError && query.error.status === 401);
  const navigate = useNavigate();
  const { pathname, href } = location;
  useEffect(() => {
    // Once at the sign-in page the address is no longer what the person asked for.
    if (!unauthenticated || pathname === '/login') return;
    void navigate({ to: '/login', search: (pathname === '/' ? {} : { back: href }) as never, replace: true });
  }, [unauthenticated, navigate, pathname, href]);
  if (unauthenticated) return <PageSkeleton />;
  if (query.error !== null && answer === undefined)
    return (
      <div className="xl-page">
        <ErrorState error={query.error} retry={() => void query.refetch()} />
      </div>
    );
  if (session === undefined || answer === undefined) return <PageSkeleton />;
  if (answer.restriction === 'password')
    return (
      <ForcedPassword
        username={answer.user?.username ?? answer.actor.name}
        onDone={session.reload}
        onCancel={session.signOut}
      />
    );
  if (answer.restriction === 'totp')
    return <EnrolTotp title={t('signIn.totpNeeded')} onDone={session.reload} onCancel={session.signOut} />;
  return (
    <SessionContext.Provider value={session}>
      <Outlet />
    </SessionContext.Provider>
  );
}
