/** Small checks of the world around the process, for `xinglin doctor`. Each gives what it found or throws with the reason. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';

const TIMEOUT_MS = 5_000;

/** Throws `EADDRINUSE`, `EACCES` … when the TCP port cannot be opened. */
export function probeTcpPort(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

export function probeUdpPort(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, host, () => socket.close(() => resolve()));
  });
}

/** Connects and, when `send` is given, returns the first answer. */
export function probeConnection(host: string, port: number, send?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS }, () => {
      if (send === undefined) {
        socket.end();
        resolve('');
      } else if (send !== '') socket.write(send);
    });
    socket.once('data', (chunk) => {
      socket.end();
      resolve(chunk.toString('utf8'));
    });
    socket.once('timeout', () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    socket.once('error', reject);
  });
}

export interface FolderFacts {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Creates the folder when missing, writes and removes a file in it. */
export async function probeFolder(folder: string): Promise<FolderFacts> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  const file = join(folder, `.probe-${process.pid}`);
  writeFileSync(file, 'x', { mode: 0o600 });
  rmSync(file);
  const facts = await statfs(folder);
  return { freeBytes: facts.bavail * facts.bsize, totalBytes: facts.blocks * facts.bsize };
}

/** True when others on the machine may read the folder. */
export function readableByOthers(path: string): boolean {
  return process.platform !== 'win32' && existsSync(path) && (statSync(path).mode & 0o077) !== 0;
}

export interface CertificateFacts {
  readonly subject: string;
  readonly validTo: Date;
  readonly daysLeft: number;
  readonly keyMatches: boolean;
}

export function probeCertificate(certFile: string, keyFile: string, now: Date): CertificateFacts {
  const certificate = new X509Certificate(readFileSync(certFile));
  const validTo = new Date(certificate.validTo);
  return {
    subject: certificate.subject.replaceAll('\n', ', '),
    validTo,
    daysLeft: Math.floor((validTo.getTime() - now.getTime()) / 86_400_000),
    keyMatches: certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile))),
  };
}

export interface PostgresFacts {
  readonly version: number;
  /** Database time minus ours, ms. */
  readonly clockOffsetMs: number;
  /** The connecting role may do what the first start needs. */
  readonly mayCreate: boolean;
  readonly bypassesRls: boolean;
}

export async function probePostgres(url: string): Promise<PostgresFacts> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  await client.connect();
  try {
    const result = await client.query<{ version: string; now: Date; create: boolean; bypass: boolean }>(
      `select current_setting('server_version_num') as version, clock_timestamp() as now,
              has_schema_privilege(current_schema(), 'create') as create,
              (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as bypass`,
    );
    const row = result.rows[0];
    if (row === undefined) throw new Error('no answer');
    return {
      version: Math.floor(Number(row.version) / 10_000),
      clockOffsetMs: row.now.getTime() - Date.now(),
      mayCreate: row.create,
      bypassesRls: row.bypass,
    };
  } finally {
    await client.end();
  }
}

/** The body of a GET, with the credentials of the URL sent as Basic. */
export async function probeHttp(address: string): Promise<string> {
  const url = new URL(address);
  const headers: Record<string, string> = {};
  if (url.username !== '') {
    headers.authorization = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
    url.username = '';
    url.password = '';
  }
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await response.text();
  if (!response.ok) throw new Error(`HTTP ${response.status} ${text.slice(0, 200)}`);
  return text;
}
