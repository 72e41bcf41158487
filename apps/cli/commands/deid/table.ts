import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { proposePolicy } from '@xinglin/deid';
import { XinglinError, productVersion } from '@xinglin/platform/kernel';
import { action } from '../../command.ts';
import { checkPeriod, readPolicyFile } from '../../deid-table/policy-file.ts';
import { projectKey, projectMac } from '../../deid-table/project-key.ts';
import { runTable } from '../../deid-table/run.ts';
import type { Ran } from '../../deid-table/run.ts';
import { createVault, openVault } from '../../deid-table/vault.ts';
import '../../errors.ts';
import './errors.ts';
import { EXIT } from '../../output.ts';
import { startProgress } from '../../progress.ts';
import { readTable } from '../../tables/read-table.ts';

interface TableCommand {
  readonly policy?: string;
  readonly propose?: boolean;
  readonly createKey?: boolean;
  readonly restart?: boolean;
  readonly vault?: string;
  readonly holders: string;
}

/** De-identifies a table by a project's policy. The report is one JSON object on stderr; OUT.run.json records the run. */
export const registerDeidTable = (group: Command): void => {
  group
    .command('table <input> [output]')
    .description('按项目策略对表去标识化（csv、ndjson、xlsx、parquet） / de-identify a table by a policy')
    .option('--policy <file>', '项目策略 YAML / policy of the project')
    .option('--propose', '按列名与样本给出策略草案，不处理 / print a policy to start from')
    .option('--create-key', '密钥文件不存在时生成（0600） / make the key file when there is none')
    .option('--restart', '从头开始，不续跑 / begin anew instead of resuming')
    .option('--vault <file>', '写出可逆保险库，须两人份额才能打开 / a vault that two people together open')
    .option('--holders <n>', '保险库份额持有人数 / holders of shares', '2')
    .action(
      action<TableCommand>(async ({ output, options, args }) => {
        const [input = '', target = ''] = args;
        if (options.propose === true) {
          process.stdout.write(await proposal(input));
          return EXIT.ok;
        }
        if (options.policy === undefined || target === '')
          throw new XinglinError('cli.bad_option', {
            option: options.policy === undefined ? '--policy' : '<output>',
            value: '',
            expected: '--policy P.yaml IN OUT, or --propose IN',
          });
        if (resolve(input) === resolve(target)) throw new XinglinError('deid.same_file', { file: input });
        const holders = Number(options.holders);
        if (!Number.isInteger(holders) || holders < 2 || holders > 255)
          throw new XinglinError('cli.bad_option', { option: '--holders', value: options.holders, expected: '2..255' });
        const startedAt = new Date();
        const file = await readPolicyFile(options.policy);
        const { policy } = file;
        checkPeriod(policy, startedAt.toISOString().slice(0, 10));
        const key = await projectKey(policy, options.policy, options.createKey === true);
        const vault =
          options.vault === undefined ? undefined : await createVault(options.vault, policy.project, holders);
        const bar = startProgress(basename(input), 100, { json: output.json });
        const cpu = process.cpuUsage();
        const ran = await runTable({
          input,
          output: target,
          policy: file,
          vault,
          restart: options.restart === true,
          tableOptions: {
            policy,
            keyed: projectMac(key, policy.project),
            ...(vault === undefined ? {} : { reveal: vault.add }),
          },
          onProgress: (read, size) => bar.update(Math.floor((read / Math.max(1, size)) * 100)),
        });
        bar.done();
        await vault?.finish();
        key.fill(0);
        const { user, system } = process.cpuUsage(cpu);
        const report = reportOf(ran, Number(((user + system) / 1e6).toFixed(3)));
        await writeFile(
          `${target}.run.json`,
          `${JSON.stringify(
            {
              agreement: {
                project: policy.project,
                purpose: policy.purpose,
                recipient: policy.recipient,
                sharing: policy.sharing,
                period: policy.period,
              },
              policy: { file: basename(options.policy), sm3: file.sm3 },
              input: { file: basename(input), ...ran.input },
              output: { file: basename(target), ...ran.output },
              startedAt: startedAt.toISOString(),
              finishedAt: new Date().toISOString(),
              resumedAt: ran.resumedAt,
              vault: options.vault === undefined ? null : { file: basename(options.vault), needed: 2, holders },
              version: productVersion(),
              report,
            },
            undefined,
            2,
          )}\n`,
          { mode: 0o600 },
        );
        for (const share of vault?.shares ?? [])
          output.say(`份额 / share: ${share}（交给持有人后从本机删除 / hand it over, then delete it here）`);
        process.stderr.write(`${JSON.stringify(report)}\n`);
        return ran.rejected.count > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
  group
    .command('reveal [pseudonyms...]')
    .description('由两份份额打开保险库，查回原值 / originals of pseudonyms, with the shares of two people')
    .requiredOption('--vault <file>', '保险库 / the vault')
    .requiredOption('--share <files...>', '两个份额文件 / two share files')
    .action(
      action<{ vault: string; share: string[] }>(async ({ options, args }) => {
        const wanted = new Set(args);
        for await (const found of openVault(options.vault, options.share)) {
          if (args.length > 0 && !wanted.delete(found.pseudonym)) continue;
          process.stdout.write(`${JSON.stringify(found)}\n`);
        }
        for (const missing of wanted) process.stderr.write(`${JSON.stringify({ pseudonym: missing, found: false })}\n`);
        return wanted.size > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
};

/** A policy as YAML, a remark behind every column: what it was taken for, and how sure that is. */
async function proposal(input: string): Promise<string> {
  const { columns, rows } = await readTable(input, { limit: 500 });
  const { patient, columns: proposed } = proposePolicy(
    columns,
    columns.map((_, at) => rows.map((row) => row[at] ?? '')),
  );
  const today = new Date().toISOString().slice(0, 10);
  const nextYear = `${Number(today.slice(0, 4)) + 1}${today.slice(4)}`.replace('-02-29', '-02-28');
  return [
    '# 请逐列核对后使用 / check every column before use',
    'project: project-1',
    'purpose: 请填写 / fill in',
    'recipient: 请填写 / fill in',
    'sharing: controlled # public, controlled, enclave',
    `period: { from: ${today}, to: ${nextYear} }`,
    'key: { file: project-1.key }',
    `reference_date: ${today}`,
    ...(patient === undefined ? [] : [`patient: ${JSON.stringify(patient)}`]),
    'unlisted: drop',
    'columns:',
    ...proposed.map(
      ({ column, rule, kind, confidence, reason }) =>
        `  ${JSON.stringify(column)}: ${JSON.stringify(rule)} # ${kind} ${confidence.toFixed(2)}: ${reason}`,
    ),
    '',
  ].join('\n');
}

function reportOf({ rows, rejected, deid, unknown }: Ran, cpuSeconds: number): Readonly<Record<string, unknown>> {
  const rules: Record<string, { columns: number; changed: number; removed: number; refused: number; blotted: number }> =
    {};
  for (const { rule, changed, removed, refused, blotted } of deid.counts) {
    const sum = (rules[rule] ??= { columns: 0, changed: 0, removed: 0, refused: 0, blotted: 0 });
    sum.columns++;
    sum.changed += changed;
    sum.removed += removed;
    sum.refused += refused;
    sum.blotted += blotted;
  }
  const unlisted = deid.counts.filter((count) => count.unlisted === true);
  return {
    rows,
    rejected,
    rules,
    columns: deid.counts,
    unlisted: [...unlisted.map(({ column }) => column), ...unknown],
    pseudonyms: [...deid.pseudonyms].map(([domain, { checked, unchecked }]) => ({ domain, checked, unchecked })),
    cpuSeconds,
  };
}
