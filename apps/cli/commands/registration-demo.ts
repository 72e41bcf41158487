import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import '../errors.ts';
import { signalled } from '../stopping.ts';

interface DemoOptions {
  readonly port: string;
  readonly seed: string;
  readonly accounts: string;
  readonly slots: string;
  readonly snapshot?: string;
  readonly control?: boolean;
}

/** The demo registration site alone: to look at, or to put behind a gateway. */
export const registerRegistrationDemo: Register = (program) => {
  program
    .command('registration-demo')
    .description('启动演示挂号站点 / start the demo registration site')
    .option('--port <number>', '端口，仅监听 127.0.0.1 / port on 127.0.0.1', '8640')
    .option('--seed <text>', '人员与号源的种子 / seed of people and sessions', 'xinglin')
    .option('--accounts <number>', '账号数 / accounts', '200')
    .option('--slots <number>', '每个门诊的号数 / slots of a session', '10')
    .option('--snapshot <file>', '停止时保存、启动时恢复 / keep the state in this file')
    .option('--control', '另开控制端口（调时钟、看全部预约） / open the control port too')
    .action(
      action<DemoOptions>(async ({ output, options }) => {
        const whole = (option: keyof DemoOptions, lowest: number, highest: number): number => {
          const value = Number(options[option]);
          if (!Number.isInteger(value) || value < lowest || value > highest)
            throw new XinglinError('cli.bad_option', {
              option: `--${option}`,
              value: String(options[option]),
              expected: `${lowest}–${highest}`,
            });
          return value;
        };
        const stopping = signalled();
        const { startRegistrationDemo } = await import('@xinglin/registration-demo');
        const demo = await startRegistrationDemo({
          port: whole('port', 0, 65_535),
          seed: options.seed,
          accounts: whole('accounts', 1, 200_000),
          slots: whole('slots', 1, 200),
          ...(options.snapshot === undefined ? {} : { snapshot: options.snapshot }),
          ...(options.control === true ? { controlPort: 0 } : {}),
        });
        output.result(
          { url: demo.url, control: demo.control ?? null },
          `演示挂号站点 / demo registration site: ${demo.url}\n登录手机号 / sign in with 10000000001, 10000000002 …${
            demo.control === undefined ? '' : `\n控制端口 / control: ${demo.control.url}  Bearer ${demo.control.token}`
          }`,
        );
        await stopping;
        await demo.stop();
      }),
    );
};
