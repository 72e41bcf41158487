/** The thread of a back-test. Started by back-test-thread.ts, which runs its queries. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EventStore } from '@xinglin/platform/events';
import type { BackTestOrder, FromBackTest, ToBackTest } from './back-test-thread.ts';
import { backTestHistory } from './back-test.ts';

const port = parentPort;
if (port === null) throw new Error('back-test-worker.ts runs only as a worker thread');
const send = (message: FromBackTest): void => port.postMessage(message);
const order = workerData as BackTestOrder;

const waiting = new Map<number, { resolve: (rows: never[]) => void; reject: (error: Error) => void }>();
let next = 0;
port.on('message', (message: ToBackTest) => {
  const asked = waiting.get(message.id);
  waiting.delete(message.id);
  if ('error' in message) asked?.reject(new Error(message.error));
  else asked?.resolve(message.rows as never[]);
});

const events: Pick<EventStore, 'query'> = {
  query: (_scopes, sql, params = {}, options = {}) =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      send({ type: 'query', id, sql, params, timeoutMs: options.timeoutMs ?? 60_000 });
    }),
};

const { scopes, set, ruleId, period, limits } = order;
const result = await backTestHistory(events, scopes, set, ruleId, period, limits, (progress) =>
  send({ type: 'progress', progress }),
);
send({ type: 'result', result });
