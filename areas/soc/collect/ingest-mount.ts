import type { Mount } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { elasticEndpoint } from './elastic-endpoint.ts';
import type { Intake } from './intake.ts';
import { ndjsonEndpoint } from './ndjson-endpoint.ts';
import { otlpEndpoint } from './otlp-endpoint.ts';
import { splunkEndpoint } from './splunk-endpoint.ts';

/** Everything below `/ingest`. */
export function createIngestMount(intake: Intake): Mount {
  return {
    prefix: '/ingest',
    async fetch(request, { ip }) {
      // Parsed by hand: `new URL` for every request costs more than all the rest of the routing.
      const start = request.url.indexOf('/', request.url.indexOf('://') + 3);
      const query = request.url.indexOf('?', start);
      const path = request.url.slice(start, query < 0 ? undefined : query);
      if (path === '/ingest/v1/logs') return await ndjsonEndpoint(intake, request, ip);
      if (path === '/ingest/elastic' || path.startsWith('/ingest/elastic/'))
        return await elasticEndpoint(intake, request, ip, path.slice('/ingest/elastic'.length));
      if (path.startsWith('/ingest/splunk/'))
        return await splunkEndpoint(intake, request, ip, path.slice('/ingest/splunk'.length));
      if (path === '/ingest/otlp/v1/logs') return await otlpEndpoint(intake, request, ip);
      throw new XinglinError('request.not_found');
    },
  };
}
