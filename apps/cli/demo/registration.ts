import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** The hospital whose registration the demo protects. */
const TENANT = 'xingzhou.hospital-1';
const PORT = 8700;

export interface DemoRegistration {
  /** Configuration of the gateway role. */
  readonly config: string;
  /** Where visitors come in. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A demo registration site, and the configuration with which this server's gateway stands before it. */
export async function prepareRegistration(data: string): Promise<DemoRegistration> {
  const { startRegistrationDemo } = await import('@xinglin/registration-demo');
  const site = await startRegistrationDemo({ port: 0, seed: 'xinglin', accounts: 200, slots: 10 });
  const port = await freePort(PORT);
  const folder = join(data, 'gateway');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const config = join(folder, 'demo-gateway.yaml');
  writeFileSync(
    config,
    stringify({
      tenant: TENANT,
      site: '杏州市第一人民医院',
      listen: { host: '127.0.0.1', port },
      upstreams: [site.url],
      upstream: { health: { path: '/api/health', seconds: 5 } },
      help: { phone: '0000-12320', kiosk: '门诊大厅自助机', window: '门诊一楼 1-8 号窗口' },
      routes: [
        { match: 'GET /style.css', action: 'bypass' },
        { match: 'GET /app.js', action: 'bypass' },
        { match: 'GET /api/health', action: 'bypass' },
        { match: 'POST /login/code', action: 'login', extract: { phone: 'form:phone' } },
        { match: 'POST /login', action: 'login', extract: { phone: 'form:phone' } },
        { match: 'POST /api/login/code', action: 'login', extract: { phone: 'json:phone' } },
        { match: 'POST /api/login', action: 'login', extract: { phone: 'json:phone' } },
        { match: 'GET /api/sessions/{slot}/slots', action: 'list', extract: { slot: 'path:slot' } },
        { match: 'GET /api/sessions', action: 'list', extract: { doctor: 'query:doctor' } },
        { match: 'GET /sessions/{slot}', action: 'list', extract: { slot: 'path:slot' } },
        {
          match: 'POST /api/bookings',
          action: 'book',
          extract: {
            account: 'header:authorization|cookie:demo_session',
            person: 'json:patient',
            slot: 'json:session',
          },
          quotas: [{ per: 'person', limit: 6, seconds: 86_400, step: 'verify' }],
        },
        {
          match: 'POST /sessions/{slot}/book',
          action: 'book',
          extract: { account: 'cookie:demo_session', person: 'form:patient', slot: 'path:slot' },
          quotas: [{ per: 'person', limit: 6, seconds: 86_400, step: 'verify' }],
        },
        { match: 'POST /api/bookings/{slot}/cancel', action: 'cancel', extract: { slot: 'path:slot' } },
        { match: 'POST /bookings/{slot}/cancel', action: 'cancel', extract: { slot: 'path:slot' } },
        { match: 'POST /api/bookings/{slot}/pay', action: 'pay', extract: { slot: 'path:slot' } },
        { match: 'POST /bookings/{slot}/pay', action: 'pay', extract: { slot: 'path:slot' } },
        { match: 'GET /*', action: 'view' },
      ],
    }),
    { mode: 0o600 },
  );
  return { config, url: `http://127.0.0.1:${port}`, stop: () => site.stop() };
}

/** The wished port, or any when somebody has it. */
function freePort(wished: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () => {
      if (wished === 0) reject(new Error('no free port'));
      else freePort(0).then(resolve, reject);
    });
    probe.listen(wished, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
