/**
 * The browser's part of the gateway, one file of a few kilobytes without inline code or eval, so that a strict CSP lets it run. On the check
 * page it answers the challenge and goes on; on the registration system's own pages (`<script src="/__xinglin/agent.js" defer>`) it renews the
 * pass quietly before it ends and sends the summary of behaviour. Written for five-year-old WebViews: no optional chaining survives the build.
 */
import { watchBehaviour } from './behaviour.ts';
import { readFeatures } from './features.ts';
import { solve } from './work.ts';

interface Challenge {
  readonly token: string;
  readonly salt: string;
  readonly puzzles: number;
  readonly capMs: number;
  readonly consent: boolean;
  /** Seconds until the pass of this device ends; 0: it has none. */
  readonly passSeconds: number;
}

const BASE = '/__xinglin/';
const RETRIES = [1000, 3000, 8000];
/** A pass is renewed when less than this is left of it, seconds. */
const RENEW_BEFORE = 300;
const BEACON_MS = 30_000;
const CONSENT_KEY = 'xl_features';

const watch = watchBehaviour(window);
const now = (): number => performance.now();
const page = document.getElementById('xl');

function allowed(serverDefault: boolean): boolean {
  try {
    const said = localStorage.getItem(CONSENT_KEY);
    return said === null ? serverDefault : said === 'yes';
  } catch {
    return serverDefault;
  }
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(BASE + path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
    keepalive: true,
  });
}

function get(): Promise<Challenge> {
  return fetch(BASE + 'challenge', {
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { accept: 'application/json' },
  }).then((response) => {
    if (!response.ok) throw new Error(String(response.status));
    return response.json() as Promise<Challenge>;
  });
}

function answer(challenge: Challenge): Promise<Response> {
  return solve(challenge.salt, challenge.puzzles, challenge.capMs, now).then((solved) =>
    post('answer', {
      token: challenge.token,
      nonces: solved.nonces,
      gaveUp: solved.gaveUp,
      behaviour: watch.take(),
      features: readFeatures(window, allowed(challenge.consent)),
    }),
  );
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Tries again with growing pauses; on a bad network a lost answer is the usual case, not an attack. */
function attempt(nth: number): Promise<boolean> {
  const again = (): Promise<boolean> => {
    const pause = RETRIES[nth];
    return pause === undefined ? Promise.resolve(false) : wait(pause).then(() => attempt(nth + 1));
  };
  return get()
    .then(answer)
    .then((response) => response.ok || again())
    .catch(again);
}

function show(id: string): void {
  for (const part of ['xl-working', 'xl-done', 'xl-failed']) {
    const element = document.getElementById(part);
    if (element !== null) element.hidden = part !== id;
  }
}

function onPage(root: HTMLElement): void {
  const box = document.getElementById('xl-consent') as HTMLInputElement | null;
  if (box !== null) {
    box.checked = allowed(box.checked);
    box.addEventListener('change', () => {
      try {
        localStorage.setItem(CONSENT_KEY, box.checked ? 'yes' : 'no');
      } catch {
        // Private mode: the choice holds for this page only.
      }
    });
  }
  const run = (): void => {
    show('xl-working');
    void attempt(0).then((ok) => {
      show(ok ? 'xl-done' : 'xl-failed');
      if (!ok) return;
      const next = root.getAttribute('data-next');
      // A form that was sent cannot be sent again by us: the page then says to go back, where the form still is.
      if (root.getAttribute('data-method') === 'GET')
        location.replace(next === null || next === '' ? location.href : next);
    });
  };
  const retry = document.getElementById('xl-retry');
  if (retry !== null) retry.addEventListener('click', run);
  run();
}

function inBackground(): void {
  let lastSent = 0;
  const beacon = (): void => {
    if (now() - lastSent < 5000 || !watch.active()) return;
    lastSent = now();
    void post('beacon', { behaviour: watch.take() }).catch(() => undefined);
  };
  const renew = (): void => {
    void get()
      .then((challenge) => {
        if (challenge.passSeconds > RENEW_BEFORE) return challenge.passSeconds - RENEW_BEFORE;
        return answer(challenge).then((response) => (response.ok ? 600 : 60));
      })
      .catch(() => 60)
      .then((seconds) => setTimeout(renew, Math.min(3600, Math.max(30, seconds)) * 1000));
  };
  setInterval(beacon, BEACON_MS);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) beacon();
  });
  renew();
}

if (page === null) inBackground();
else onPage(page);
