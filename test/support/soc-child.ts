/**
 * A whole server in a process of its own, to be killed: `node soc-child.ts <data folder> <http port> <syslog port>`. Prepares one hospital with a
 * source for every input and prints `ready: <url>`.
 */
import { configSchema, createLog } from '@xinglin/platform/kernel';
import { startServer } from '@xinglin/server';
import { hashToken } from '@xinglin/soc/collect';

const [data = '', port = '0', syslogPort = '0'] = process.argv.slice(2);
const config = configSchema.parse({ data, port: Number(port), syslog: { port: Number(syslogPort) } });
const server = await startServer(config, {
  log: createLog({ level: 'warn' }),
  buildConsole: false,
  createAdministrators: false,
});
await server.platform.state.machine(async (tx) => {
  const institution = (tenant: string, parent: string | null, kind: 'commission' | 'hospital') => ({
    tenant,
    parent,
    name: tenant,
    short_name: tenant,
    kind,
    longitude: null,
    latitude: null,
    beds: null,
  });
  await tx
    .insertInto('soc_institution')
    .values([institution('cn.gd', null, 'commission'), institution('cn.gd.h1', 'cn.gd', 'hospital')])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const source = (id: string, kind: 'syslog' | 'http' | 'collector', allowedIps: string[]) => ({
    id,
    tenant: 'cn.gd.h1',
    name: id,
    kind,
    token_hash: hashToken(`token-${id}`),
    cert_fingerprint: null,
    allowed_ips: allowedIps,
  });
  await tx
    .insertInto('soc_source')
    .values([
      source('http', 'http', []),
      source('collector', 'collector', []),
      source('syslog', 'syslog', ['127.0.0.1']),
    ])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
});
// The registry reads its sources every ten seconds; a signal makes it read now.
server.platform.bus.publish({ topic: 'source.changed', tenant: 'cn.gd', data: {} });
await new Promise((resolve) => setTimeout(resolve, 200));
process.stdout.write(`ready: ${server.url}\n`);
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)));
