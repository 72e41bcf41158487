/** The server under measurement, in a process of its own as in production; answers questions of the benchmark over IPC. */
import { configSchema, createLog } from '@xinglin/platform/kernel';
import { startServer } from '@xinglin/server';
import { hashToken } from '@xinglin/soc/collect';
import { sql } from 'kysely';

const [data = '', syslogPort = '0'] = process.argv.slice(2);
const config = configSchema.parse({ data, port: 0, syslog: { port: Number(syslogPort) } });
const server = await startServer(config, {
  log: createLog({ level: 'warn' }),
  buildConsole: false,
  createAdministrators: false,
});
const { state, events, bus, metrics } = server.platform;
await state.machine(async (tx) => {
  const hospital = {
    tenant: 'cn.gd.h1',
    parent: null,
    name: 'h1',
    short_name: 'h1',
    kind: 'hospital' as const,
    longitude: null,
    latitude: null,
    beds: null,
  };
  await tx
    .insertInto('soc_institution')
    .values(hospital)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  for (const [id, kind, allowed] of [
    ['http', 'http', []],
    ['syslog', 'syslog', ['127.0.0.1']],
  ] as const) {
    await tx
      .insertInto('soc_source')
      .values({
        id,
        tenant: 'cn.gd.h1',
        name: id,
        kind,
        token_hash: hashToken(`token-${id}`),
        cert_fingerprint: null,
        allowed_ips: [...allowed],
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  await tx
    .insertInto('soc_zone')
    .values([
      { id: 'his', tenant: 'cn.gd.h1', name: 'HIS', kind: 'his', cidrs: ['10.1.0.0/16'] },
      { id: 'office', tenant: 'cn.gd.h1', name: 'office', kind: 'office', cidrs: ['10.2.0.0/15'] },
    ])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
});
bus.publish({ topic: 'source.changed', tenant: 'cn.gd.h1', data: {} });
bus.publish({ topic: 'zone.changed', tenant: 'cn.gd.h1', data: {} });
await new Promise((resolve) => setTimeout(resolve, 1500));

const questions: Record<string, () => Promise<unknown>> = {
  count: async () => Number((await events.query<{ n: string }>([''], 'SELECT count() AS n FROM events'))[0]?.n ?? 0),
  disk: async () =>
    (
      await events.query<{ bytes: string; rows: string }>(
        [''],
        "SELECT sum(bytes_on_disk) AS bytes, sum(rows) AS rows FROM system.parts WHERE table = 'events' AND active",
      )
    )[0],
  /** Send to alert in milliseconds: the host name of the probe line is the moment it was sent. */
  latencies: async () => {
    const { rows } = await sql<{
      ms: string;
    }>`select (extract(epoch from a.created_at) * 1000 - substring(e.event->>'host.name' from 2)::bigint)::bigint as ms
      from soc_alert a join soc_alert_event e on e.alert_id = a.id where e.event->>'host.name' ~ '^p[0-9]{13}$'`.execute(
      state.owner,
    );
    return rows.map((row) => Number(row.ms));
  },
  waiting: () => metrics.value('xinglin_pipeline_waiting_hits'),
};
process.on('message', (question: { id: number; ask: string }) => {
  const answer = questions[question.ask];
  void (answer === undefined ? Promise.resolve(undefined) : answer()).then((value) =>
    process.send?.({ id: question.id, value }),
  );
});
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)));
process.send?.({ ready: true, url: server.url });
