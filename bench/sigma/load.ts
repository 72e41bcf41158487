/** Run in a fresh process: loads all rules, matches events for a while, and prints what that took as one JSON object. */
import { compile, flatWindowsRouting, parseRules, type SigmaEvent } from '@xinglin/sigma';
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { readTarGz } from '../../test/support/sigma-rules.ts';
import { cpuSeconds, ruleArchive } from './lanes.ts';

const times: Record<string, number> = {};
const startRss = process.memoryUsage().rss;
// The archive stands for a folder of files: unpacking it is no part of loading rules.
const files = [...readTarGz(ruleArchive())].filter(([path]) => path.startsWith('rules') && path.endsWith('.yml'));
let before = cpuSeconds();
const lap = (name: string): void => {
  times[name] = Math.round((cpuSeconds() - before) * 1000);
  before = cpuSeconds();
};
const sources = files.flatMap(([file, text]) =>
  loadAll(text, { schema: CORE_SCHEMA }).map((document, index) => ({ file, document, index })),
);
lap('yaml');
const { rules } = parseRules(sources);
lap('parse');
const { engine } = compile(rules, { routing: flatWindowsRouting });
lap('compile');
const event = (row: number): SigmaEvent => ({
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  EventID: 1,
  Image: 'C:\\Windows\\System32\\cmd.exe',
  CommandLine: `cmd.exe /c type report-${row}.txt`,
  ParentImage: 'C:\\Windows\\explorer.exe',
});
engine.match(event(0));
lap('firstEvent');
// Every kind of event builds its group: what a server looks like after a while.
for (let id = 1; id <= 30; id++) engine.match({ ...event(id), EventID: id });
for (const channel of [
  'Security',
  'System',
  'Application',
  'Windows PowerShell',
  'Microsoft-Windows-PowerShell/Operational',
])
  engine.match({ ...event(0), Channel: channel, EventID: 4104 });
lap('otherGroups');
for (let row = 0; row < 200_000; row++) engine.match(event(row));
const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
console.log(
  JSON.stringify({
    rules: rules.length,
    running: engine.size,
    cpuMs: {
      ...times,
      loaded: (times.yaml ?? 0) + (times.parse ?? 0) + (times.compile ?? 0) + (times.firstEvent ?? 0),
    },
    rssMb: megabytes(rss),
    startRssMb: megabytes(startRss),
    heapUsedMb: megabytes(heapUsed),
    tablesMb: megabytes(arrayBuffers),
  }),
);
