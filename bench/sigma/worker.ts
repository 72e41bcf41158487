/** A matching thread: takes chunks of NDJSON as transferred buffers, gives them back with the number of matches. */
import { compile, type SigmaEvent } from '@xinglin/sigma';
import { parentPort } from 'node:worker_threads';
import { readLanes, readRules } from './lanes.ts';

const [lane] = readLanes(readRules(), (name) => name === 'structured_windows');
if (lane === undefined || parentPort === null) process.exit(0);
const port = parentPort;
const { engine } = compile(lane.rules, { routing: lane.routing });
engine.learn(lane.lines.filter((_, row) => row % 4 === 0).map((line) => JSON.parse(line) as SigmaEvent));
const decoder = new TextDecoder();
port.on('message', (chunk: ArrayBuffer) => {
  let events = 0;
  let matches = 0;
  for (const line of decoder.decode(chunk).split('\n')) {
    if (line === '') continue;
    events++;
    matches += engine.match(JSON.parse(line) as SigmaEvent).length;
  }
  port.postMessage({ events, matches, chunk }, [chunk]);
});
port.postMessage('ready');
