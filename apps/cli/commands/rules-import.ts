import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { XinglinError } from '@xinglin/platform/kernel';
import type { RuleImport } from '@xinglin/soc/detect-offline';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import '../errors.ts';
import { EXIT } from '../output.ts';
import { startProgress } from '../progress.ts';
import { callServer, keyOf } from '../server-call.ts';

interface ImportOptions {
  readonly to?: string;
  readonly url?: string;
  readonly key?: string;
  readonly licence?: string;
  readonly dryRun?: boolean;
}

interface Refused {
  readonly file: string;
  readonly reason: string;
}

/** Rules of others into a folder or a running server; licence and author travel with each rule. */
export const registerRulesImport: Register = (rules) => {
  rules
    .command('import <source>')
    .description('导入 SigmaHQ 检出、压缩包或目录，保留许可证与作者 / import a SigmaHQ checkout, archive or folder')
    .option('--to <folder>', '写入规则目录 / into a folder of rules')
    .option('--url <address>', '写入运行中的平台 / into a running server')
    .option('--key <key>', 'API 密钥，或 XINGLIN_API_KEY / API key')
    .option('--licence <name>', '规则的许可证（SPDX），默认按来源判断 / licence of the rules')
    .option('--dry-run', '只报告，不写入 / only report')
    .action(
      action<ImportOptions>(async ({ output, options, args }) => {
        const { importRules } = await import('@xinglin/soc/detect-offline');
        const found = await importRules(
          args[0] ?? '',
          options.licence === undefined ? {} : { licence: options.licence },
        );
        if (found.rules.length === 0) throw new XinglinError('cli.no_rules', { path: args[0] ?? '' });
        if (options.dryRun !== true && (options.to === undefined) === (options.url === undefined))
          throw new XinglinError('cli.bad_option', {
            option: '--to / --url',
            value: '',
            expected: 'one of the two, or --dry-run',
          });
        if (options.dryRun !== true && found.licence === undefined) throw new XinglinError('cli.no_licence');
        let refused: Refused[] = [];
        if (options.dryRun !== true && options.to !== undefined) await intoFolder(found, options.to, args[0] ?? '');
        else if (options.dryRun !== true && options.url !== undefined)
          refused = await intoServer(found, options.url, keyOf(options.key), output.json);
        const report = reportOf(found, refused);
        output.result(report, () =>
          [
            ...report.cannotRun.slice(0, 20).map(({ file, reason }) => `! ${file}: ${reason}`),
            ...refused.slice(0, 20).map(({ file, reason }) => `! ${file}: ${reason}`),
            `${report.files} 文件/files, ${report.rules} 规则/rules, 许可证/licence ${report.licence ?? '?'}, ${report.authors} 作者/authors`,
            `${report.cannotRun.length} 条不能运行/cannot run, ${refused.length} 被拒绝/refused, ${report.leftOut.length} 文件不是规则/left out, ${report.withoutAuthor.length} 文件没有作者/without author`,
          ].join('\n'),
        );
        return refused.length > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
};

interface ImportReport {
  readonly licence: string | undefined;
  readonly files: number;
  readonly rules: number;
  readonly authors: number;
  readonly cannotRun: readonly { readonly file: string; readonly id: string | undefined; readonly reason: string }[];
  readonly refused: readonly Refused[];
  readonly leftOut: RuleImport['leftOut'];
  readonly withoutAuthor: readonly string[];
}

function reportOf(found: RuleImport, refused: readonly Refused[]): ImportReport {
  const { loaded } = found;
  return {
    licence: found.licence,
    files: found.rules.length,
    rules: loaded.rules.length + loaded.correlations.length,
    authors: new Set(found.rules.flatMap(({ authors }) => authors)).size,
    cannotRun: loaded.issues
      .filter(({ severity }) => severity === 'error')
      .map(({ file, ruleId, message }) => ({ file, id: ruleId, reason: message })),
    refused,
    leftOut: found.leftOut,
    withoutAuthor: found.withoutAuthor,
  };
}

async function intoFolder(found: RuleImport, folder: string, source: string): Promise<void> {
  for (const { path, text } of [...found.rules, ...found.licenceFiles]) {
    const target = inside(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  const { leftOut, cannotRun, ...report } = reportOf(found, []);
  await writeFile(
    join(folder, 'IMPORT.json'),
    `${JSON.stringify({ source, at: new Date().toISOString(), ...report, leftOut: leftOut.length, cannotRun }, null, 2)}\n`,
  );
}

/** A path of an archive must not leave the folder. */
function inside(folder: string, path: string): string {
  const target = normalize(join(folder, path));
  const root = normalize(folder.endsWith(sep) ? folder : `${folder}${sep}`);
  if (!target.startsWith(root)) throw new XinglinError('cli.no_file', { file: path });
  return target;
}

async function intoServer(found: RuleImport, url: string, key: string, json: boolean): Promise<Refused[]> {
  const refused: Refused[] = [];
  const progress = startProgress('import', found.rules.length, { json });
  let done = 0;
  for (const { path, text, ids } of found.rules) {
    const [id] = ids;
    try {
      if (id !== undefined) await callServer({ url, key }, 'PUT', `/rules/${encodeURIComponent(id)}`, { yaml: text });
    } catch (error) {
      // One rule that is refused must not stop the others; a server that is away must.
      if (!(error instanceof XinglinError) || error.code !== 'cli.server_refused') throw error;
      refused.push({ file: path, reason: error.text('zh-CN') });
    }
    done += 1;
    progress.update(done);
  }
  progress.done();
  return refused;
}
