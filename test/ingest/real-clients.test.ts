/** Programs other people run, against a whole server: rsyslog (TCP, TLS, omelasticsearch), syslog-ng, logger, curl. Skipped, with the reason printed, where absent. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIngestServer, waitFor } from '../support/ingest-server.ts';
import type { IngestServer } from '../support/ingest-server.ts';
import { findProgram, freePort } from '../support/programs.ts';

const run = promisify(execFile);
/** `XINGLIN_RSYSLOG_ROOT`: a folder into which Debian's rsyslog packages were unpacked, for machines where syslog-ng excludes it. */
const ROOT = process.env['XINGLIN_RSYSLOG_ROOT'] ?? '/';
const rsyslogd = findProgram('rsyslogd', [join(ROOT, 'usr/sbin')]);
const modules = join(ROOT, 'usr/lib/x86_64-linux-gnu/rsyslog');
const syslogNg = findProgram('syslog-ng');
const logger = findProgram('logger');
const curl = findProgram('curl');

let server: IngestServer;
let dir: string;
let token: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-clients-'));
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=127.0.0.1',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      join(dir, 'key.pem'),
      '-out',
      join(dir, 'cert.pem'),
    ],
    { stdio: 'ignore' },
  );
  server = await startIngestServer({
    config: { syslog: { tlsPort: await freePort(), tlsCert: join(dir, 'cert.pem'), tlsKey: join(dir, 'key.pem') } },
  });
  token = await server.addSource({ id: 'http-1' });
  await server.addSource({ id: 'syslog-1', kind: 'syslog', allowedIps: ['127.0.0.1'] });
}, 120_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const stored = (text: string): Promise<number> => server.count(`message LIKE '%${text}%' OR raw LIKE '%${text}%'`);

/** rsyslog reading lines from a file and sending them by the action. */
function startRsyslog(name: string, action: string, lines: number): void {
  const input = join(dir, `${name}.log`);
  writeFileSync(input, Array.from({ length: lines }, (_, i) => `${name}-${i} from rsyslog\n`).join(''));
  const config = join(dir, `${name}.conf`);
  writeFileSync(
    config,
    `global(workDirectory="${dir}" defaultNetstreamDriverCAFile="${join(dir, 'cert.pem')}")\nmodule(load="imfile" mode="polling" pollingInterval="1")\n` +
      `input(type="imfile" file="${input}" tag="${name}:")\n${action}\n`,
  );
  const child = spawn(rsyslogd ?? '', ['-n', '-f', config, '-i', join(dir, `${name}.pid`), '-M', modules], {
    stdio: 'ignore',
    env: { ...process.env, LD_LIBRARY_PATH: join(ROOT, 'usr/lib/x86_64-linux-gnu') },
  });
  children.push(child);
}

describe.runIf(rsyslogd !== undefined)('rsyslog', () => {
  it('omfwd over TCP, octet-counted', async () => {
    startRsyslog(
      'rstcp',
      `action(type="omfwd" target="127.0.0.1" port="${server.collect.ports.tcp}" protocol="tcp" TCP_Framing="octet-counted")`,
      300,
    );
    await waitFor('300 lines', async () => (await stored('rstcp-')) === 300, 40_000);
  });

  it('omfwd over TCP, one line each', async () => {
    startRsyslog(
      'rslf',
      `action(type="omfwd" target="127.0.0.1" port="${server.collect.ports.tcp}" protocol="tcp" template="RSYSLOG_SyslogProtocol23Format")`,
      300,
    );
    await waitFor('300 lines', async () => (await stored('rslf-')) === 300, 40_000);
    const [row] = await server.rows<{ process: string; raw: string }>(
      "SELECT process, raw FROM events WHERE raw LIKE '%rslf-7 %' LIMIT 1",
    );
    expect(row?.raw).toMatch(/^<\d+>1 20/);
  });

  it.runIf(existsSync(join(modules, 'lmnsd_ossl.so')))('omfwd over TLS', async () => {
    startRsyslog(
      'rstls',
      `action(type="omfwd" target="127.0.0.1" port="${server.collect.ports.tls}" protocol="tcp" StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid")`,
      200,
    );
    await waitFor('200 lines', async () => (await stored('rstls-')) === 200, 40_000);
  });

  it.runIf(existsSync(join(modules, 'omelasticsearch.so')))('omelasticsearch in bulk', async () => {
    const { port } = new URL(server.url);
    startRsyslog(
      'rses2',
      `module(load="omelasticsearch")\ntemplate(name="doc" type="list" option.jsonf="on") { property(outname="message" name="msg" format="jsonf") property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf") }\n` +
        `action(type="omelasticsearch" server="http://127.0.0.1:${port}/ingest/elastic" uid="elastic" pwd="${token}" searchIndex="syslog" searchType="" bulkmode="on" template="doc" errorfile="${join(dir, 'rses2.err')}")`,
      200,
    );
    await waitFor('200 documents', async () => (await stored('rses2-')) === 200, 40_000);
  });
});

describe.runIf(syslogNg !== undefined)('syslog-ng', () => {
  it('over TCP (RFC 5424 with octet counting)', async () => {
    const input = join(dir, 'ng.log');
    writeFileSync(input, Array.from({ length: 200 }, (_, i) => `ngtcp-${i} from syslog-ng\n`).join(''));
    const config = join(dir, 'ng.conf');
    writeFileSync(
      config,
      `@version: 3.38\nsource s { file("${input}" flags(no-parse) program-override("app") read-old-records(yes)); };\n` +
        `destination d { syslog("127.0.0.1" port(${server.collect.ports.tcp}) transport("tcp")); };\nlog { source(s); destination(d); };\n`,
    );
    children.push(
      spawn(
        syslogNg ?? '',
        [
          '-F',
          '-f',
          config,
          '-R',
          join(dir, 'ng.persist'),
          '-p',
          join(dir, 'ng.pid'),
          '-c',
          join(dir, 'ng.ctl'),
          '--no-caps',
        ],
        { stdio: 'ignore' },
      ),
    );
    await waitFor('200 lines', async () => (await stored('ngtcp-')) === 200, 40_000);
  });
});

describe.runIf(logger !== undefined)('logger', () => {
  it('over UDP and TCP, both formats', async () => {
    const tcp = String(server.collect.ports.tcp);
    const base = ['--server', '127.0.0.1', '--port', tcp, '-t', 'tester'];
    await run(logger ?? '', [...base, '--udp', '--rfc3164', 'logger-one']);
    await run(logger ?? '', [...base, '--udp', '--rfc5424', 'logger-two']);
    await run(logger ?? '', [...base, '--tcp', '--rfc5424', '--octet-count', 'logger-three']);
    await run(logger ?? '', [...base, '--tcp', '--rfc3164', 'logger-four']);
    await waitFor('four lines', async () => (await stored('logger-')) === 4);
    expect(await server.count("process = 'tester'")).toBe(4);
  });
});

describe.runIf(curl !== undefined)('curl', () => {
  it('sends a compressed file', async () => {
    const file = join(dir, 'lines.txt');
    writeFileSync(file, Array.from({ length: 100 }, (_, i) => `curl-${i}\n`).join(''));
    execFileSync('gzip', ['-f', file]);
    const { stdout } = await run(curl ?? '', [
      '-sS',
      '-H',
      `Authorization: Bearer ${token}`,
      '-H',
      'Content-Encoding: gzip',
      '--data-binary',
      `@${file}.gz`,
      `${server.url}/ingest/v1/logs`,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ received: 100, dropped: 0 });
    expect(await stored('curl-')).toBe(100);
  });
});
