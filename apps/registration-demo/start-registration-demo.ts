import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { DEFAULT_POLICY, policyProblems, seededRandom } from '@xinglin/antiscalp/release';
import type { Policy } from '@xinglin/antiscalp/release';
import type { Hono } from 'hono';
import { createControl } from './control.ts';
import { Hospital } from './hospital/hospital.ts';
import type { HospitalData } from './hospital/hospital.ts';
import { SignIn } from './hospital/sign-in.ts';
import { createSite } from './site/app.ts';

export interface RegistrationDemoOptions {
  /** 0 (default) takes a free port. Always on 127.0.0.1. */
  readonly port?: number;
  /** People, sessions and doctors come from it. */
  readonly seed?: number | string;
  readonly accounts?: number;
  /** Doctors per department (of six); the first is the contested expert. */
  readonly doctors?: number;
  readonly days?: number;
  readonly slots?: number;
  /** For all sessions, over the defaults; without it experts draw and the others release at once. */
  readonly policy?: Partial<Policy>;
  /** Release of all sessions so many seconds after the start. */
  readonly releaseInSeconds?: number;
  /** Opens the control port (0 = a free one). Off when left out. */
  readonly controlPort?: number;
  /** Makes even the draws' seeds repeatable: for the laboratory, never for people. */
  readonly repeatable?: boolean;
  /** One-time codes are shown, not sent. Default true; nothing sends them in the demo. */
  readonly demo?: boolean;
  /** State is written here when it stops and read when it starts. */
  readonly snapshot?: string;
  readonly now?: () => number;
}

export interface RegistrationDemo {
  readonly url: string;
  readonly port: number;
  /** `Authorization: Bearer <token>` on `url`. */
  readonly control: { readonly url: string; readonly port: number; readonly token: string } | undefined;
  /** The same state in process, for a laboratory that needs no socket. */
  readonly hospital: Hospital;
  /** Moves the hospital's clock. */
  advance(seconds: number): void;
  stop(): Promise<void>;
}

interface Snapshot {
  readonly startAt: number;
  readonly offset: number;
  readonly data: HospitalData;
}

/** Starts the demo registration site. It knows nothing of the gateway, so it can stand behind it unchanged. */
export async function startRegistrationDemo(options: RegistrationDemoOptions = {}): Promise<RegistrationDemo> {
  const problems = options.policy === undefined ? [] : policyProblems({ ...DEFAULT_POLICY, ...options.policy });
  if (problems.length > 0) throw new RangeError(`release policy: ${problems.join('; ')}`);
  const base = options.now ?? Date.now;
  const saved = options.snapshot === undefined ? undefined : readSnapshot(options.snapshot);
  let offset = saved?.offset ?? 0;
  const now = (): number => base() + offset;
  const startAt = saved?.startAt ?? now();
  const seed = options.seed ?? 'xinglin';
  const chance = options.repeatable === true ? seededRandom(`draws ${seed}`) : undefined;
  const hospital = new Hospital(
    {
      seed,
      startAt,
      now,
      accounts: options.accounts ?? 200,
      doctors: options.doctors ?? 3,
      days: options.days ?? 5,
      slots: options.slots ?? 10,
      ...(options.policy === undefined ? {} : { policy: options.policy }),
      ...(options.releaseInSeconds === undefined ? {} : { releaseInSeconds: options.releaseInSeconds }),
      ...(chance === undefined ? {} : { random: (length: number) => chance.bytes(length) }),
    },
    saved?.data,
  );
  const signIn = new SignIn(now, () => randomBytes(24).toString('base64url'));
  const advance = (seconds: number): void => {
    offset += seconds * 1000;
    hospital.advance();
  };
  const site = await open(createSite({ hospital, signIn, demo: options.demo ?? true }), options.port ?? 0);
  const token = randomBytes(24).toString('base64url');
  const control =
    options.controlPort === undefined
      ? undefined
      : await open(createControl({ hospital, token, advance }), options.controlPort).catch(async (error: unknown) => {
          await close(site);
          throw error;
        });
  const timer = setInterval(() => hospital.advance(), 1000);
  timer.unref();
  const address = (server: Server) => {
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    return { port, url: `http://127.0.0.1:${port}` };
  };
  return {
    ...address(site),
    control: control === undefined ? undefined : { ...address(control), token },
    hospital,
    advance,
    async stop() {
      clearInterval(timer);
      await Promise.all([close(site), control === undefined ? undefined : close(control)]);
      if (options.snapshot !== undefined) {
        const text = JSON.stringify({ startAt, offset, data: hospital.toData() } satisfies Snapshot);
        // Written beside and renamed: a crash in between leaves the old one whole.
        writeFileSync(`${options.snapshot}.new`, text, { mode: 0o600 });
        renameSync(`${options.snapshot}.new`, options.snapshot);
      }
    },
  };
}

function readSnapshot(file: string): Snapshot | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Snapshot) : undefined;
}

function open(app: Hono, port: number): Promise<Server> {
  const listener = getRequestListener((request) => app.fetch(request), { overrideGlobalObjects: false });
  const server = createServer({ keepAliveTimeout: 65_000 }, (...args) => void listener(...args));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
