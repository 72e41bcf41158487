import { readFile, stat } from 'node:fs/promises';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import '../errors.ts';
import { EXIT } from '../output.ts';

registerErrors({
  'cli.draw_unreadable': {
    status: 400,
    zh: '{file} 不是抽签记录（JSON）：{reason}',
    en: '{file} is not a draw record in JSON: {reason}',
  },
});

interface VerifyOptions {
  readonly commitment?: string;
  readonly entrants?: string;
  readonly key?: string;
}

const MOST_BYTES = 256 * 1024 * 1024;

const NAMES: Readonly<Record<string, string>> = {
  format: '记录完整 / complete record',
  times: '先承诺、后截止、再公布 / committed, closed, revealed in this order',
  commitment: '种子与承诺值一致 / seed matches the commitment',
  entrants: '名单与哈希一致且无重复 / list matches its hash, no name twice',
  beacon: '公共随机数 / public random value',
  order: '抽签顺序可重算 / order recomputed',
  winners: '中签名单可重算 / winners recomputed',
};

/** Recomputes a published slot draw, offline, from its record alone. */
export const registerDraw: Register = (program) => {
  const draw = program.command('draw').description('号源抽签 / slot draws');
  draw
    .command('verify <file>')
    .description('重算并验证已公布的抽签记录 / recompute a published draw record')
    .option('--commitment <hex>', '您事先记下的承诺值 / the commitment you noted before')
    .option('--entrants <hex>', '您在截止时记下的名单哈希 / the list hash you noted at the close')
    .option('--key <key>', '查询某个抽签编号的顺位 / rank of this entrant')
    .action(
      action<VerifyOptions>(async ({ output, options, args }) => {
        const file = args[0] ?? '';
        const record = await readRecord(file);
        const { verifyDraw } = await import('@xinglin/antiscalp/release');
        const verdict = verifyDraw(record, {
          ...(options.commitment === undefined ? {} : { commitment: options.commitment.toLowerCase() }),
          ...(options.entrants === undefined ? {} : { entrantsHash: options.entrants.toLowerCase() }),
          ...(options.key === undefined ? {} : { key: options.key }),
        });
        output.result(verdict, () =>
          [
            ...verdict.checks.map(
              ({ name, ok, detail }) => `${ok ? '✓' : '✗'} ${NAMES[name] ?? name}  ${detail.slice(0, 120)}`,
            ),
            ...(verdict.rank === undefined
              ? []
              : [
                  verdict.rank === 0
                    ? '名单中没有这个编号 / this key is not in the list'
                    : `第 ${verdict.rank} 顺位，${verdict.won === true ? '中签' : '未中签'} / rank ${verdict.rank}, ${verdict.won === true ? 'won' : 'did not win'}`,
                ]),
            verdict.valid ? '验证通过 / the draw is genuine' : '验证不通过 / the draw does NOT verify',
          ].join('\n'),
        );
        return verdict.valid ? EXIT.ok : EXIT.problems;
      }),
    );
};

async function readRecord(file: string): Promise<unknown> {
  const info = await stat(file).catch(() => undefined);
  if (info === undefined) throw new XinglinError('cli.no_file', { file });
  if (info.size > MOST_BYTES) throw new XinglinError('cli.draw_unreadable', { file, reason: `${info.size} bytes` });
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new XinglinError(
      'cli.draw_unreadable',
      { file, reason: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}
