import { z } from 'zod';
import type { ApiRoute } from './api.ts';
import { ErrorBody } from './shapes.ts';

/** OpenAPI 3.1 of the API, made from the routes that serve it. */
export function openApi(routes: readonly ApiRoute[], title: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  const json = (schema: z.ZodType, io: 'input' | 'output') => ({
    content: { 'application/json': { schema: strip(z.toJSONSchema(schema, { io, unrepresentable: 'any' })) } },
  });
  for (const { method, path, summary, signedIn, query, body, response, status = 200 } of routes) {
    const parameters = [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...(query ?? []).map((name) => ({ name, in: 'query', required: false, schema: { type: 'string' } })),
    ];
    (paths[`/api${path}`] ??= {})[method] = {
      summary,
      operationId: `${method}${path.replaceAll(/[^a-zA-Z]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(body === undefined ? {} : { requestBody: { required: true, ...json(body, 'input') } }),
      ...(signedIn ? { security: [{ bearer: [] }, { cookie: [] }] } : {}),
      responses: {
        [status]: { description: 'Done', ...json(response, 'output') },
        default: { description: 'Refused: a code, and why in words', ...json(ErrorBody, 'output') },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title, version: '1', description: 'docs/guide/registration-demo-api.md walks through it.' },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'demo_session' },
      },
    },
  };
}

function strip(schema: Record<string, unknown>): Record<string, unknown> {
  const { $schema: _, ...rest } = schema;
  return rest;
}
