import { createPseudonyms, openPseudonymKey } from '@xinglin/collector';
import { XinglinError } from '@xinglin/platform/kernel';
import { existsSync } from 'node:fs';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import '../errors.ts';

/** Opens pseudonyms with the institution's own key; works nowhere else. */
export const registerReveal: Register = (program) => {
  program
    .command('reveal <pseudonym...>')
    .description('用本机构的密钥还原采集器生成的假名（px.…） / open pseudonyms with the key of this institution')
    .requiredOption('--key <file>', '采集器数据目录中的 pseudonym.key / pseudonym.key of the collector')
    .action(
      action<{ readonly key: string }>(async ({ output, options, args }) => {
        if (!existsSync(options.key)) throw new XinglinError('cli.no_file', { file: options.key });
        const pseudonyms = createPseudonyms(openPseudonymKey(options.key));
        const values = args.map((pseudonym) => ({ pseudonym, value: pseudonyms.reveal(pseudonym) }));
        output.result(values, () => values.map(({ value }) => value).join('\n'));
        return Promise.resolve();
      }),
    );
};
