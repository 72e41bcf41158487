import * as client from 'openid-client';
import { XinglinError } from '../kernel/errors.ts';
import { SEPARATE_POWERS } from './actor.ts';
import type { AccessContext } from './context.ts';
import './errors.ts';
import { signInActor } from './sessions.ts';
import type { Sessions } from './sessions.ts';
import type { Caller, SignedIn } from './sign-in.ts';
import { cleanUsername, findByUsername, rolesOf } from './users.ts';
import type { UserRow } from './users.ts';

/** What must come back unchanged from the provider; sealed into a cookie of ten minutes. */
interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
  readonly until: number;
}

export interface Oidc {
  /** Where to send the browser, and what to keep in its cookie. */
  begin(returnTo: string): Promise<{ readonly location: string; readonly cookie: string }>;
  /** Finishes with the provider's answer; throws `access.oidc_failed` or `access.oidc_unknown`. */
  finish(callback: URL, cookie: string | undefined, caller: Caller): Promise<SignedIn & { readonly returnTo: string }>;
}

export const OIDC_CALLBACK = '/api/v1/session/oidc/callback';
const FLOW_MS = 600_000;
const DISCOVERY_MS = 3_600_000;

/**
 * OpenID Connect sign-in: authorization code with PKCE, state and nonce (RFC 9700). Accounts exist beforehand; the provider's subject is
 * bound to the account at the first sign-in. The three separate powers sign in with their local password, so that whoever runs the
 * identity provider cannot become an administrator or auditor here.
 */
export function createOidc(context: AccessContext, sessions: Sessions): Oidc | undefined {
  const { config, secrets, state, now, log } = context;
  const { issuer, clientId, clientSecret, scopes, usernameClaim } = config.oidc;
  if (issuer === undefined || clientId === undefined || config.publicUrl === undefined) return undefined;
  const redirectUri = new URL(OIDC_CALLBACK, config.publicUrl).href;
  let discovered: { at: number; configuration: Promise<client.Configuration> } | undefined;

  function provider(): Promise<client.Configuration> {
    const at = Date.now();
    if (discovered === undefined || at - discovered.at > DISCOVERY_MS) {
      const configuration = client.discovery(
        new URL(issuer ?? ''),
        clientId ?? '',
        clientSecret,
        clientSecret === undefined ? client.None() : undefined,
        // Plain http is for a provider on the same machine or in a test; `xinglin doctor` warns of it.
        issuer?.startsWith('http:') === true ? { execute: [client.allowInsecureRequests] } : undefined,
      );
      discovered = { at, configuration };
      configuration.catch(() => {
        discovered = undefined;
      });
    }
    return discovered.configuration;
  }

  return {
    async begin(returnTo) {
      const flow: Flow = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        returnTo: localPath(returnTo),
        until: now().getTime() + FLOW_MS,
      };
      try {
        const location = client.buildAuthorizationUrl(await provider(), {
          redirect_uri: redirectUri,
          scope: scopes,
          state: flow.state,
          nonce: flow.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
          code_challenge_method: 'S256',
        });
        return { location: location.href, cookie: secrets.seal('oidc', JSON.stringify(flow)) };
      } catch (cause) {
        throw failed('the provider does not answer', cause);
      }
    },
    async finish(callback, cookie, caller) {
      const flow = openFlow(cookie);
      const current = new URL(redirectUri);
      current.search = callback.search;
      let subject: string;
      let username: string;
      try {
        const tokens = await client.authorizationCodeGrant(await provider(), current, {
          pkceCodeVerifier: flow.verifier,
          expectedState: flow.state,
          expectedNonce: flow.nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new Error('no identity token');
        subject = claims.sub;
        username = await claimedName(tokens, claims);
      } catch (cause) {
        log.warn({ err: cause }, 'OIDC sign-in refused');
        throw failed(cause instanceof Error ? cause.message : String(cause), cause);
      }
      const user = await bind(subject, username, caller);
      const opened = await sessions.open(user, {
        method: 'oidc',
        mfa: false,
        ip: caller.ip,
        userAgent: caller.userAgent,
      });
      return { token: opened.token, expiresAt: opened.expiresAt, returnTo: flow.returnTo };
    },
  };

  function openFlow(cookie: string | undefined): Flow {
    if (cookie === undefined || cookie === '')
      throw failed('the sign-in was not begun in this browser, or took too long');
    try {
      const flow = JSON.parse(secrets.open('oidc', cookie)) as Flow;
      if (flow.until >= now().getTime()) return flow;
    } catch {
      // Falls through: a changed cookie is treated like none.
    }
    throw failed('the sign-in took too long');
  }

  /** The user name from the identity token, or else from the user-info endpoint. */
  async function claimedName(tokens: client.TokenEndpointResponse, claims: client.IDToken): Promise<string> {
    const inToken = claims[usernameClaim];
    if (typeof inToken === 'string' && inToken !== '') return cleanUsername(inToken);
    const info = await client.fetchUserInfo(await provider(), tokens.access_token, claims.sub);
    const inInfo = info[usernameClaim];
    if (typeof inInfo === 'string' && inInfo !== '') return cleanUsername(inInfo);
    throw new Error(`the provider gives no claim '${usernameClaim}'`);
  }

  async function bind(subject: string, username: string, caller: Caller): Promise<UserRow> {
    const bound = await state.owner
      .selectFrom('access_user')
      .selectAll()
      .where('oidc_issuer', '=', issuer ?? '')
      .where('oidc_subject', '=', subject)
      .executeTakeFirst();
    const user = bound ?? (await findByUsername(state.owner, username));
    const usable =
      user !== undefined &&
      !user.disabled &&
      (bound !== undefined || user.oidc_subject === null) &&
      !rolesOf(user).some((role) => SEPARATE_POWERS.includes(role));
    const at = now();
    await state.write(signInActor(caller.ip), 'self', async (tx, audit) => {
      if (usable) {
        await tx
          .updateTable('access_user')
          .set({ oidc_issuer: issuer ?? '', oidc_subject: subject, last_login_at: at, last_login_ip: caller.ip })
          .where('id', '=', user.id)
          .execute();
      }
      await audit({
        action: usable ? 'session.open' : 'session.refuse',
        tenant: user?.tenant ?? '',
        objectType: 'user',
        objectId: user?.id ?? 'unknown',
        summary: `${usable ? 'Signed in' : 'Sign-in refused'} by OIDC: ${username.slice(0, 64)}${usable && bound === undefined ? ' (bound to the account)' : ''}`,
        after: { ip: caller.ip, issuer, subject },
      });
    });
    if (!usable) throw new XinglinError('access.oidc_unknown', { username });
    return user;
  }
}

function failed(reason: string, cause?: unknown): XinglinError {
  return new XinglinError('access.oidc_failed', { reason }, cause === undefined ? {} : { cause });
}

/** Only a path of our own: `//elsewhere` and absolute addresses would make the sign-in page a springboard. */
export function localPath(path: string): string {
  return /^\/(?![/\\])[^\\\s]*$/.test(path) ? path : '/';
}
