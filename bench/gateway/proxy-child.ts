/** `proxy-child.ts plain|gateway CONFIG UPSTREAM_PORT`: prints `port N` and proxies until SIGTERM. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog, createMetrics } from '@xinglin/platform/kernel';
import { loadGatewayConfig, openGateway, standalonePorts } from '@xinglin/antiscalp/gateway';
import { Pool } from 'undici';

const [kind, file = '', upstream = ''] = process.argv.slice(2);
const origin = `http://127.0.0.1:${upstream}`;

if (kind === 'gateway') {
  const config = loadGatewayConfig(file, { upstreams: [origin] });
  const ports = standalonePorts(config, { log: createLog({ level: 'warn' }), metrics: createMetrics() });
  const gateway = await openGateway(config, ports);
  console.log(`port ${gateway.port}`);
  process.once('SIGTERM', () => void gateway.stop(500).then(() => process.exit(0)));
} else {
  const pool = new Pool(origin, { connections: 64, pipelining: 1 });
  const server = createServer((request, response) => {
    pool.dispatch(
      { path: request.url ?? '/', method: 'GET', headers: request.rawHeaders, body: null },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, status, headers) => void response.writeHead(status, headers),
        onResponseData: (_controller, chunk) => void response.write(chunk),
        onResponseEnd: () => void response.end(),
        onResponseError: () => void response.destroy(),
      },
    );
  });
  server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`));
  process.once('SIGTERM', () => process.exit(0));
}
