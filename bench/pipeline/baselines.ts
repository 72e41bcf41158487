import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { insertNdjson, openEvents } from '@xinglin/platform/events';
import { createParser } from '@xinglin/parse';
import { sendTcp } from './senders.ts';

/** Rows a second the store takes when they are ready: flat events of the same stream as NDJSON, 10,000 a time. */
export async function storeAlone(dir: string, lines: readonly string[], seconds: number): Promise<number> {
  mkdirSync(dir, { recursive: true });
  const parser = createParser();
  const now = Date.now();
  const rows = lines.map((line, seq) => {
    const { fields, dataset } = parser.parse(line, { receivedAt: now });
    const { message, 'event.original': raw, ...rest } = fields;
    const stamp = new Date(now).toISOString().replace('T', ' ').slice(0, 23);
    return JSON.stringify({
      tenant: 'cn.gd.h1',
      ts: stamp,
      ingested: stamp,
      batch: 1,
      seq,
      source: 's',
      dataset,
      message: message ?? '',
      raw: raw ?? '',
      fields: Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, String(value)])),
    });
  });
  const body = Buffer.from(`${rows.join('\n')}\n`);
  const store = await openEvents({ dataDir: dir });
  try {
    await insertNdjson(store.url, 'warm', body);
    const began = performance.now();
    let count = 0;
    for (let i = 0; performance.now() - began < seconds * 1000; i += 1) {
      await Promise.all([insertNdjson(store.url, `a${i}`, body), insertNdjson(store.url, `b${i}`, body)]);
      count += 2 * rows.length;
    }
    return count / ((performance.now() - began) / 1000);
  } finally {
    await store.close();
  }
}

/** Lines a second rsyslog writes from TCP to a file; undefined when it is not installed (`XINGLIN_RSYSLOG_ROOT` names an unpacked one). */
export async function rsyslogToFile(
  dir: string,
  chunks: () => Iterator<Buffer>,
  lines: number,
): Promise<number | undefined> {
  const root = process.env['XINGLIN_RSYSLOG_ROOT'] ?? '';
  const program = join(root, '/usr/sbin/rsyslogd');
  if (!existsSync(program)) return undefined;
  mkdirSync(dir, { recursive: true });
  const port = await freePort();
  const out = join(dir, 'out.log');
  const config = join(dir, 'rsyslog.conf');
  const modules = join(root, '/usr/lib/x86_64-linux-gnu/rsyslog/');
  writeFileSync(
    config,
    `global(workDirectory="${dir}")\nmodule(load="imtcp")\ninput(type="imtcp" port="${port}" address="127.0.0.1")\ntemplate(name="raw" type="string" string="%rawmsg%\\n")\naction(type="omfile" file="${out}" template="raw")\n`,
  );
  const child = spawn(program, ['-n', '-f', config, '-i', join(dir, 'pid'), '-M', modules], {
    stdio: 'ignore',
    env: { ...process.env, LD_LIBRARY_PATH: join(root, '/usr/lib/x86_64-linux-gnu') },
  });
  try {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const wanted = lines;
    let total = 0;
    const counting = chunks();
    for (let next = counting.next(); next.done !== true; next = counting.next()) total += next.value.length;
    const began = performance.now();
    await sendTcp(port, chunks(), 4);
    // rsyslog drops nothing here; the file is complete when it stops growing near the size sent.
    for (let size = -1; ;) {
      const now = existsSync(out) ? statSync(out).size : 0;
      if (now >= total * 0.999 || (now === size && now > total / 2)) break;
      if (performance.now() - began > 60_000) return undefined;
      size = now;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return wanted / ((performance.now() - began) / 1000);
  } finally {
    child.kill('SIGKILL');
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
