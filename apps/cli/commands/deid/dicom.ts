import { readFile } from 'node:fs/promises';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { createDicomDeidentifier, createTextDeidentifier, DICOM_OPTIONS, DicomError } from '@xinglin/deid';
import type { DicomCodec, DicomDeidentifier, DicomOption, Rectangle } from '@xinglin/deid';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../../command.ts';
import '../../errors.ts';
import { EXIT } from '../../output.ts';
import './health-errors.ts';
import { projectKey, type ProjectKey } from './project-key.ts';
import { nameWithout, recordFiles, writeWhole } from './record-files.ts';

interface DicomCommandOptions {
  readonly keyFile?: string;
  readonly options?: string;
  readonly dates: string;
  readonly blank?: readonly string[];
  readonly safePrivate?: readonly string[];
}

/** A deflated object that unpacks to more than this is refused. */
const MAX_INFLATED = 2 * 1024 * 1024 * 1024 - 1;

export const dicomCodec: DicomCodec = {
  inflateRaw(bytes) {
    try {
      return inflateRawSync(bytes, { maxOutputLength: MAX_INFLATED });
    } catch (error) {
      throw new DicomError(
        '',
        0,
        `the deflated data set cannot be unpacked: ${error instanceof Error ? error.message : ''}`,
      );
    }
  },
  deflateRaw: (bytes) => deflateRawSync(bytes),
};

const OPTION_NAMES = Object.keys(DICOM_OPTIONS) as DicomOption[];
const DATES = { remove: undefined, shift: 'retainLongModifiedDates', keep: 'retainLongFullDates' } as const;
const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** De-identifies DICOM objects by the basic profile of PS3.15 Annex E. */
export const registerDeidDicom = (group: Command): void => {
  group
    .command('dicom')
    .description('DICOM 去标识化（PS3.15 附录 E 基本规程及选项） / de-identify DICOM by PS3.15 Annex E')
    .argument('<in>', '输入文件或目录 / file or folder')
    .argument('<out>', '输出文件或目录 / file or folder')
    .option('--key-file <file>', '项目密钥：UID、编号与日期偏移由它导出 / the project key')
    .option('--dates <what>', '日期：remove、shift（按患者偏移）或 keep / what becomes of dates', 'remove')
    .option('--options <list>', `规程选项，逗号分隔 / options of the profile: ${OPTION_NAMES.join(', ')}`)
    .option('--blank <x,y,w,h>', '涂黑每帧中的矩形（可重复） / blank a rectangle in every frame (repeatable)', collect)
    .option(
      '--safe-private <creator:gggg:ee>',
      '保留的私有元素（可重复，需 retainSafePrivate） / a private element to keep (repeatable)',
      collect,
    )
    .action(
      action<DicomCommandOptions>(async ({ output, options, args }) => {
        const [input = '', target = ''] = args;
        const key = await projectKey(options.keyFile);
        const deid = createDeid(options, key);
        const files = await recordFiles(
          input,
          target,
          'DICOM',
          (name) => DICOM_NAME.test(name) || extname(name) === '',
        );
        if (!key.lasting)
          output.say(
            '没有项目密钥：本次使用一次性密钥，结果与其他批次不能关联 / no project key: a key for this run only',
          );
        const total = { files: 0, removed: 0, emptied: 0, replaced: 0, cleaned: 0, uids: 0, private: 0 };
        let problems = 0;
        let warned = 0;
        for (const { from, to } of files) {
          try {
            const { bytes, report } = deid.deidentify(await readFile(from));
            const place =
              to === target ? to : nameWithout(to, target, report.identifiers, (part) => key.pseudonym('file', part));
            await writeWhole(place, bytes);
            total.files += 1;
            for (const name of ['removed', 'emptied', 'replaced', 'cleaned', 'uids', 'private'] as const)
              total[name] += report[name];
            for (const warning of report.warnings) {
              warned += 1;
              process.stderr.write(`${from}: ${warning}\n`);
            }
          } catch (error) {
            if (!(error instanceof DicomError)) throw error;
            problems += 1;
            process.stderr.write(`${from}: ${error.message}\n`);
          }
        }
        output.result({ ...total, problems, warnings: warned }, () =>
          [
            `已处理 ${total.files} 个文件，未处理 ${problems} 个（原因见上），提示 ${warned} 条`,
            `${total.files} files done, ${problems} left out (see above), ${warned} warnings`,
            `  removed ${total.removed}, emptied ${total.emptied}, replaced ${total.replaced}, UIDs ${total.uids}, text cleaned ${total.cleaned}, private removed ${total.private}`,
          ].join('\n'),
        );
        return problems > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
};

const DICOM_NAME = /\.(?:dcm|dicom|ima|img)$|^[0-9A-Z.]+$/i;

function createDeid(given: DicomCommandOptions, key: ProjectKey): DicomDeidentifier {
  if (!(given.dates in DATES))
    throw new XinglinError('cli.bad_option', {
      option: '--dates',
      value: given.dates,
      expected: Object.keys(DATES).join(', '),
    });
  const dates = DATES[given.dates as keyof typeof DATES];
  const options = (given.options?.split(',') ?? []).map((name) => {
    const option = OPTION_NAMES.find((each) => each.toLowerCase() === name.trim().toLowerCase());
    if (option === undefined)
      throw new XinglinError('cli.bad_option', { option: '--options', value: name, expected: OPTION_NAMES.join(', ') });
    return option;
  });
  const text = createTextDeidentifier();
  return createDicomDeidentifier({
    codec: dicomCodec,
    newUid: (uid) => key.uid(uid),
    pseudonym: (value, kind) => key.pseudonym(kind, value),
    shiftDays: (patient) => key.shiftDays(patient),
    cleanText: (value, record) => text.mask(value, { form: 'star', record }),
    options: [...options, ...(dates === undefined || options.includes(dates) ? [] : [dates])],
    blank: (given.blank ?? []).map(rectangle),
    safePrivate: given.safePrivate ?? [],
  });
}

function rectangle(value: string): Rectangle {
  const [x = -1, y = -1, width = 0, height = 0] = value.split(',').map(Number);
  if (![x, y, width, height].every(Number.isInteger) || x < 0 || y < 0 || width < 1 || height < 1)
    throw new XinglinError('cli.bad_option', { option: '--blank', value, expected: 'x,y,w,h' });
  return { x, y, width, height };
}
