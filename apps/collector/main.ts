/** `xinglin-collector <file> [--check]`, without the rest of the command line tool: for small machines. */
import { XinglinError } from '@xinglin/platform/kernel';
import { checkCollector } from './check.ts';
import { startCollector } from './collector.ts';
import { loadCollectorConfig } from './config.ts';

const args = process.argv.slice(2);
const file = args.find((arg) => !arg.startsWith('--')) ?? 'xinglin-collector.yaml';
const say = (text: string): boolean => process.stderr.write(`${text}\n`);

try {
  const config = loadCollectorConfig(file);
  if (args.includes('--check')) {
    const results = await checkCollector(config);
    for (const { name, ok, detail } of results) say(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}`);
    process.exit(results.every((result) => result.ok) ? 0 : 1);
  }
  const collector = await startCollector({ config });
  process.stdout.write(`ready: ${JSON.stringify(collector.ports)}\n`);
  const stop = (): void => {
    setTimeout(() => process.exit(1), 9_000).unref();
    void collector.stop().then(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
} catch (error) {
  if (!(error instanceof XinglinError)) throw error;
  say(`${error.text('zh-CN')}\n${error.text('en')}`);
  for (const { path, message } of error.details) say(`  ${path}: ${message}`);
  process.exit(2);
}
