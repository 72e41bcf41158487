import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configReference, configSchema, productVersion, silentLog } from '@xinglin/platform/kernel';
import { action } from '../command.ts';
import type { Register } from '../command.ts';

/** The API's OpenAPI document, made by starting the areas in an empty temporary folder. */
export const registerOpenapi: Register = (program) => {
  program
    .command('openapi')
    .description('输出 OpenAPI 3.1 文档 / print the OpenAPI 3.1 document')
    .action(
      action(async ({ output }) => {
        const [{ openApiDocument }, { startServer }] = await Promise.all([
          import('@xinglin/platform/http'),
          import('@xinglin/server'),
        ]);
        const data = mkdtempSync(join(tmpdir(), 'xinglin-openapi-'));
        try {
          const config = configSchema.parse({ data, port: 0, syslog: { port: 0 } });
          const server = await startServer(
            { ...config, data },
            { log: silentLog(), buildConsole: false, createAdministrators: false },
          );
          try {
            const document = openApiDocument(server.routes, productVersion());
            output.result(document, () => JSON.stringify(document, undefined, 2));
          } finally {
            await server.stop();
          }
        } finally {
          rmSync(data, { recursive: true, force: true });
        }
      }),
    );
  program
    .command('config-reference')
    .description('输出配置说明 / print the reference of the configuration')
    .action(
      action(({ output }) => {
        const text = configReference();
        output.result({ text }, text.trimEnd());
        return Promise.resolve();
      }),
    );
};
