import { createHash, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import '../errors.ts';
import { startProgress } from '../progress.ts';
import { openLines } from '../read-lines.ts';

interface ReplayOptions {
  readonly url: string;
  readonly token?: string;
  readonly rate?: string;
  readonly again?: boolean;
}

const BATCH_BYTES = 512 * 1024;
const BATCH_LINES = 5_000;
const MAX_WAIT_MS = 120_000;

interface Counts {
  received: number;
  parsed: number;
  failed: number;
  dropped: number;
  duplicate: number;
}

/** Sends a log file to a running server. The same file sent twice has no second effect, unless `--again`. */
export const registerReplay: Register = (program) => {
  program
    .command('replay <file>')
    .description('把日志文件发送到运行中的平台（- 为标准输入；支持 .gz、.zst） / send a log file to a running server')
    .option('--url <address>', '服务器地址 / server', process.env.XINGLIN_URL ?? 'http://127.0.0.1:8600')
    .option('--token <token>', '数据源令牌，或 XINGLIN_TOKEN / source token')
    .option('--rate <number>', '每秒行数上限 / lines per second at most')
    .option('--again', '即使已发送过也重新计入 / count it again even when it was sent before')
    .action(
      action<ReplayOptions>(async ({ output, options, args }) => {
        const file = args[0] ?? '-';
        const token = options.token ?? process.env.XINGLIN_TOKEN;
        if (token === undefined) throw new XinglinError('cli.no_token');
        const rate = options.rate === undefined ? Infinity : Number(options.rate);
        if (!(rate > 0))
          throw new XinglinError('cli.bad_option', { option: '--rate', value: options.rate ?? '', expected: '> 0' });
        const source = await openLines(file);
        const identity = options.again === true || file === '-' ? randomUUID() : await identityOf(file);
        const progress = startProgress('replay', source.size, { json: output.json, unit: ' B' });
        const began = performance.now();
        const counts: Counts = { received: 0, parsed: 0, failed: 0, dropped: 0, duplicate: 0 };
        let lines = 0;
        let bytes = 0;
        let batches = 0;
        let batch: Buffer[] = [];
        let batchBytes = 0;

        const flush = async (): Promise<void> => {
          if (batch.length === 0) return;
          const body = Buffer.concat(batch.flatMap((line) => [line, Buffer.from('\n')]));
          const answer = await send(options.url, token, `replay-${identity}-${batches}`, body);
          for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] += answer[key] ?? 0;
          lines += batch.length;
          bytes += body.length;
          batches += 1;
          batch = [];
          batchBytes = 0;
          progress.update(source.read(), `${lines} 行/lines`);
          const ahead = (lines / rate) * 1000 - (performance.now() - began);
          if (ahead > 0) await wait(ahead);
        };
        for await (const line of source.lines()) {
          if (line.length === 0) continue;
          batch.push(line);
          batchBytes += line.length + 1;
          if (batchBytes >= BATCH_BYTES || batch.length >= Math.min(BATCH_LINES, Math.max(1, rate))) await flush();
        }
        await flush();
        progress.done();
        const seconds = (performance.now() - began) / 1000;
        output.result(
          { file, lines, bytes, batches, seconds: Number(seconds.toFixed(3)), ...counts },
          `${lines} 行 / lines, ${batches} 批 / batches, ${seconds.toFixed(1)} s (${Math.round(lines / Math.max(seconds, 0.001))}/s):` +
            ` 收到 ${counts.received}, 解析 ${counts.parsed}, 失败 ${counts.failed}, 丢弃 ${counts.dropped}, 重复 ${counts.duplicate}`,
        );
      }),
    );
};

/** Path, size and time of change: a file that grew or was replaced is another one. */
async function identityOf(file: string): Promise<string> {
  const info = await stat(file);
  return createHash('sha256')
    .update(`${resolve(file)}\0${info.size}\0${info.mtimeMs}`)
    .digest('hex')
    .slice(0, 24);
}

async function send(url: string, token: string, key: string, body: Buffer<ArrayBuffer>): Promise<Partial<Counts>> {
  const address = new URL('/ingest/v1/logs', url).href;
  const deadline = Date.now() + MAX_WAIT_MS;
  for (let pause = 500; ; pause = Math.min(pause * 2, 10_000)) {
    let reason: string;
    try {
      const response = await fetch(address, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson', 'idempotency-key': key },
      });
      const text = await response.text();
      if (response.ok) {
        const answer = JSON.parse(text) as Omit<Partial<Counts>, 'duplicate'> & { duplicate?: number | boolean };
        return { ...answer, duplicate: Number(answer.duplicate ?? 0) };
      }
      reason = `${response.status} ${messageOf(text)}`;
      // Busy or restarting: the same batch under the same key may be sent again.
      if (response.status !== 429 && response.status !== 503)
        throw new XinglinError('cli.server_refused', { url, reason });
      pause = Math.max(pause, Number(response.headers.get('retry-after') ?? 0) * 1000);
    } catch (error) {
      if (error instanceof XinglinError) throw error;
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      reason = cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
    }
    if (Date.now() + pause > deadline) throw new XinglinError('cli.server_away', { url, reason });
    await wait(pause);
  }
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.slice(0, 200);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}
