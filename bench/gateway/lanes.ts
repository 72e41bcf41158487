import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, freePort, startServer } from '../../test/support/programs.ts';

/** One proxy under measurement. */
export interface Lane {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** Needs the cookies of devices. */
  readonly cookies: boolean;
  stop(): Promise<void>;
}

export const BODY = JSON.stringify({
  slots: Array.from({ length: 20 }, (_, i) => ({ id: `slot-${i}`, at: '08:00', left: i % 3 })),
}).padEnd(1024, ' ');

/** 1 kB of JSON: nginx when there is one, else a Node process. */
export async function startUpstream(dir: string): Promise<Lane> {
  const port = await freePort();
  const nginx = findProgram('nginx');
  if (nginx !== undefined) {
    const conf = nginxConf(
      dir,
      'upstream',
      `server { listen 127.0.0.1:${port}; default_type application/json; location / { return 200 '${BODY}'; } }`,
    );
    return { name: 'upstream (nginx)', port, cookies: false, ...(await startNginx(nginx, conf, port)) };
  }
  const script = `require('node:http').createServer((q,s)=>{s.writeHead(200,{'content-type':'application/json','content-length':${Buffer.byteLength(BODY)}});s.end(${JSON.stringify(BODY)})}).listen(${port},'127.0.0.1')`;
  const server = await startServer(process.execPath, ['-e', script], port, '');
  return { name: 'upstream (node:http)', port, pid: server.pid, cookies: false, stop: () => server.stop() };
}

export async function startNginxProxy(dir: string, upstream: number): Promise<Lane | undefined> {
  const nginx = findProgram('nginx');
  if (nginx === undefined) return undefined;
  const port = await freePort();
  const conf = nginxConf(
    dir,
    'proxy',
    `upstream u { server 127.0.0.1:${upstream}; keepalive 64; keepalive_requests 1000000; } server { listen 127.0.0.1:${port}; keepalive_requests 1000000; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $remote_addr; } }`,
  );
  return { name: 'nginx', port, cookies: false, ...(await startNginx(nginx, conf, port)) };
}

export async function startHaproxy(dir: string, upstream: number): Promise<Lane | undefined> {
  const haproxy = findProgram('haproxy');
  if (haproxy === undefined) return undefined;
  const port = await freePort();
  const file = join(dir, 'haproxy.cfg');
  writeFileSync(
    file,
    `global\n  nbthread 1\ndefaults\n  mode http\n  timeout connect 3s\n  timeout client 60s\n  timeout server 60s\n  option forwardfor\n  http-reuse always\nfrontend f\n  bind 127.0.0.1:${port}\n  default_backend b\nbackend b\n  server s 127.0.0.1:${upstream}\n`,
  );
  const server = await startServer(haproxy, ['-db', '-f', file], port, '');
  return { name: 'haproxy', port, pid: server.pid, cookies: false, stop: () => server.stop() };
}

function nginxConf(dir: string, name: string, server: string): string {
  const file = join(dir, `${name}.conf`);
  const temp = join(dir, `${name}-temp`);
  mkdirSync(temp, { recursive: true });
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${temp}/${kind};`)
    .join(' ');
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${dir}/${name}.pid; error_log ${dir}/${name}.log warn; events { worker_connections 4096; } http { access_log off; ${paths} keepalive_requests 1000000; sendfile on; tcp_nodelay on; ${server} }`,
  );
  return file;
}

async function startNginx(nginx: string, conf: string, port: number): Promise<Pick<Lane, 'pid' | 'stop'>> {
  const server = await startServer(nginx, ['-c', conf, '-e', `${conf}.err`], port, '');
  return { pid: server.pid, stop: () => server.stop() };
}

/** A proxy of ours in its own process: `plain` is undici's dispatch alone, `gateway` the whole product. */
export async function startOurs(kind: 'plain' | 'gateway', file: string, upstream: number): Promise<Lane> {
  const child = spawn(
    process.execPath,
    ['--conditions=source', join(import.meta.dirname, 'proxy-child.ts'), kind, file, String(upstream)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const port = await firstNumber(child);
  return {
    name: kind === 'plain' ? 'undici dispatch only' : 'gateway',
    port,
    pid: child.pid ?? 0,
    cookies: kind === 'gateway',
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
        setTimeout(() => child.kill('SIGKILL'), 5000).unref();
      }),
  };
}

function firstNumber(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const port = /^port (\d+)$/m.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once('exit', (code) => reject(new Error(`a proxy ended with ${code}: ${text}`)));
  });
}
