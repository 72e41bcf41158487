import { createLog, createMetrics } from '@xinglin/platform/kernel';
import { loadGatewayConfig, openGateway, standalonePorts } from '@xinglin/antiscalp/gateway';
import type { GatewayConfig, GatewayConfigInput } from '@xinglin/antiscalp/gateway';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import { EXIT } from '../output.ts';
import { signalled } from '../stopping.ts';

interface GatewayOptions {
  readonly upstream?: string[];
  readonly host?: string;
  readonly port?: string;
  readonly data?: string;
  readonly check?: boolean;
}

/** Running requests get this long after SIGTERM. */
const GRACE_MS = 8_000;
const HARD_STOP_MS = 9_700;

export const registerGateway: Register = (program) => {
  program
    .command('gateway')
    .description(
      '独立运行挂号防护网关，置于任意预约系统之前 / run the registration gateway alone, before any registration system',
    )
    .option('--upstream <url...>', '预约系统地址，可多个 / where the registration system is')
    .option('--host <address>', '监听地址 / address to listen on')
    .option('--port <number>', '端口，0 为任选 / port, 0 for any')
    .option('--data <folder>', '密钥与申诉等文件的目录 / folder for key and appeals')
    .option('--check', '只检查配置 / only check the configuration')
    .addHelpText(
      'after',
      '\n--config <file> 网关配置(YAML)，见 docs/guide/gateway.md；SIGHUP 重新载入配置、规则与证书，不断开连接\n--config <file> is the gateway configuration (YAML); SIGHUP reloads it without dropping a connection',
    )
    .action(
      action<GatewayOptions>(async ({ output, globals, options }) => {
        const read = (): GatewayConfig => readConfig(globals.config, options);
        const config = read();
        if (options.check === true) {
          output.result(
            { ok: true, routes: config.routes.length },
            () => `配置有效 / valid: ${config.routes.length} routes`,
          );
          return EXIT.ok;
        }
        const stopping = signalled();
        const log = createLog({ level: 'info' });
        const metrics = createMetrics({ processMetrics: true });
        const gateway = await openGateway(config, standalonePorts(config, { log, metrics }));
        process.on('SIGHUP', () => {
          try {
            gateway.reload(read());
            log.info({ rules: gateway.engine.version }, 'configuration reloaded');
          } catch (error) {
            log.error({ err: error }, 'the new configuration is wrong; the old one stays');
          }
        });
        if (config.routes.length === 0)
          output.say('未配置 routes：所有请求直接转发 / no routes configured: everything is passed on');
        process.stdout.write(`ready: ${gateway.url}\n`);
        await stopping;
        setTimeout(() => process.exit(EXIT.failed), HARD_STOP_MS).unref();
        await gateway.stop(GRACE_MS);
        process.exit(EXIT.ok);
      }),
    );
};

function readConfig(file: string | undefined, options: GatewayOptions): GatewayConfig {
  const overrides: GatewayConfigInput = {
    ...(options.upstream === undefined ? {} : { upstreams: options.upstream }),
    ...(options.data === undefined ? {} : { dataDir: options.data }),
  };
  const config = loadGatewayConfig(file, overrides);
  const port = options.port === undefined ? config.listen.port : Number(options.port);
  return { ...config, listen: { ...config.listen, port, host: options.host ?? config.listen.host } };
}
