import { z } from 'zod';
import type { RouteSpec } from './route.ts';

type Json = Record<string, unknown>;

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly license: Json;
  };
  readonly servers: readonly Json[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: Json;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly 'x-permission': string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Json;
  }[];
  readonly requestBody?: Json;
  readonly responses: Json;
  readonly security: readonly Json[];
}

/** The OpenAPI 3.1 document of a list of routes; schemas come from the zod schemas that check the calls. */
export function openApiDocument(routes: readonly RouteSpec[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of routes) (paths[`/api/v1${route.path}`] ??= {})[route.method] = operation(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Xinglin API / 杏林接口',
      version,
      description:
        'Regional healthcare security platform. Programs authenticate with an API key (`Authorization: Bearer xlk_…`); browsers with the session cookie and the `X-CSRF-Token` header. / 程序使用 API 密钥，浏览器使用会话 Cookie 与 X-CSRF-Token 请求头。',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'xinglin_session' },
      },
      schemas: {
        Error: {
          type: 'object',
          required: ['code', 'message', 'details', 'ref'],
          properties: {
            code: { type: 'string', description: 'Stable; scripts match on it' },
            message: { type: 'string' },
            details: {
              type: 'array',
              items: {
                type: 'object',
                required: ['path', 'message'],
                properties: { path: { type: 'string' }, message: { type: 'string' } },
              },
            },
            ref: { type: 'string' },
          },
        },
      },
    },
  };
}

function operation(route: RouteSpec): OpenApiOperation {
  const error = {
    description: 'Error',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
  const status = String(route.status ?? 200);
  const success: Json = { description: 'OK' };
  if (route.raw !== undefined) success.content = { [route.raw]: {} };
  else if (route.response !== undefined && status !== '204') {
    success.content = { 'application/json': { schema: toSchema(route.response, 'output') } };
  }
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [route.tag],
    'x-permission': route.permission,
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body === undefined && route.multipart !== true ? {} : { requestBody: requestBody(route) }),
    responses: { [status]: success, default: error },
    security: route.permission === 'public' ? [] : [{ apiKey: [] }, { session: [] }],
  };
}

function requestBody(route: RouteSpec): Json {
  const schema = route.body === undefined ? { type: 'object' } : toSchema(route.body, 'input');
  if (route.multipart !== true) return { required: true, content: { 'application/json': { schema } } };
  return {
    required: true,
    content: {
      'multipart/form-data': {
        schema: { allOf: [schema, { type: 'object', properties: { file: { type: 'string', format: 'binary' } } }] },
      },
    },
  };
}

function parameters(
  schema: z.ZodObject | undefined,
  place: 'path' | 'query',
): { name: string; in: string; required: boolean; schema: Json }[] {
  if (schema === undefined) return [];
  const object = toSchema(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(object.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (object.required ?? []).includes(name),
    schema: property,
  }));
}

function operationId(route: RouteSpec): string {
  const words = route.path
    .split('/')
    .flatMap((part) => part.replaceAll(/[{}]/g, '').split(/[-.]/))
    .filter((word) => word !== '');
  return route.method + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
    reused: 'inline',
  }) as Json;
  return rest;
}
