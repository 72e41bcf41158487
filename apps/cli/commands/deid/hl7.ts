import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  createCdaDeidentifier,
  createHl7Deidentifier,
  createTextDeidentifier,
  cutAddress,
  encodeDicomText,
  Hl7Error,
  CdaError,
} from '@xinglin/deid';
import type { CdaDeidentifier, Hl7Action, Hl7Deidentifier } from '@xinglin/deid';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../../command.ts';
import '../../errors.ts';
import { EXIT } from '../../output.ts';
import './health-errors.ts';
import { projectKey, type ProjectKey } from './project-key.ts';
import { nameWithout, recordFiles, writeWhole } from './record-files.ts';

interface Hl7CommandOptions {
  readonly keyFile?: string;
  readonly z: string;
  readonly field?: readonly string[];
}

const NAMES = /\.(?:hl7|er7|txt|xml|cda)$/i;
const Z = ['clean', 'remove', 'keep'] as const;
const ACTIONS: readonly Hl7Action[] = [
  'remove',
  'id',
  'person',
  'name',
  'telecom',
  'address',
  'birth',
  'date',
  'text',
  'keep',
];
const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** De-identifies HL7 v2 messages, and CDA documents by their `.xml` or `.cda`. */
export const registerDeidHl7 = (group: Command): void => {
  group
    .command('hl7')
    .description(
      'HL7 v2 消息（含批文件、MLLP、GB18030）与 CDA 文档（.xml）去标识化 / de-identify HL7 v2 messages and CDA documents',
    )
    .argument('<in>', '输入文件或目录 / file or folder')
    .argument('<out>', '输出文件或目录 / file or folder')
    .option('--key-file <file>', '项目密钥：假名与日期偏移由它导出 / the project key')
    .option('--z <what>', 'Z 段：clean、remove 或 keep / what becomes of Z segments', 'clean')
    .option(
      '--field <SEG-n=action>',
      `改变一个字段的处理（可重复）：${ACTIONS.join(', ')} / another action for a field`,
      collect,
    )
    .action(
      action<Hl7CommandOptions>(async ({ output, options, args }) => {
        const [input = '', target = ''] = args;
        const key = await projectKey(options.keyFile);
        const { hl7, cda } = deidentifiers(options, key);
        const files = await recordFiles(input, target, '*.hl7, *.er7, *.txt, *.xml, *.cda', (name) => NAMES.test(name));
        if (!key.lasting)
          output.say(
            '没有项目密钥：本次使用一次性密钥，结果与其他批次不能关联 / no project key: a key for this run only',
          );
        const total = { files: 0, messages: 0, removed: 0, pseudonymised: 0, shifted: 0, cleaned: 0 };
        let problems = 0;
        for (const { from, to } of files) {
          try {
            const { text, encode } = decode(await readFile(from));
            const document = /\.(?:xml|cda)$/i.test(from) || text.trimStart().startsWith('<');
            const done = document ? cda.deidentify(text) : hl7.deidentify(text);
            const { report } = done;
            const place =
              to === target ? to : nameWithout(to, target, report.identifiers, (part) => key.pseudonym('file', part));
            await writeWhole(place, encode(done.text));
            total.files += 1;
            for (const name of ['messages', 'removed', 'pseudonymised', 'shifted', 'cleaned'] as const)
              total[name] += report[name];
          } catch (error) {
            if (!(error instanceof Hl7Error || error instanceof CdaError)) throw error;
            problems += 1;
            process.stderr.write(`${from}: ${error.message}\n`);
          }
        }
        output.result({ ...total, problems }, () =>
          [
            `已处理 ${total.files} 个文件、${total.messages} 条消息，无法读取 ${problems} 个`,
            `${total.files} files, ${total.messages} messages; ${problems} not readable`,
            `  removed ${total.removed}, pseudonyms ${total.pseudonymised}, dates moved ${total.shifted}, text cleaned ${total.cleaned}`,
          ].join('\n'),
        );
        return problems > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
};

/** UTF-8, else GB18030; written in what was read. */
function decode(bytes: Buffer): { text: string; encode: (text: string) => Uint8Array } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, encode: (out) => Buffer.from(out, 'utf8') };
  } catch {
    const text = new TextDecoder('gb18030').decode(bytes);
    return {
      text,
      encode(out) {
        const written = encodeDicomText(out, ['GB18030']);
        if (written === undefined) throw new Hl7Error(1, 'a character of the text has no two-byte form in GB18030');
        return written;
      },
    };
  }
}

function deidentifiers(given: Hl7CommandOptions, key: ProjectKey): { hl7: Hl7Deidentifier; cda: CdaDeidentifier } {
  const zSegments = Z.find((each) => each === given.z);
  if (zSegments === undefined)
    throw new XinglinError('cli.bad_option', { option: '--z', value: given.z, expected: Z.join(', ') });
  const policy = (given.field ?? []).map((line): [string, Hl7Action] => {
    const [, field = '', wanted = ''] = /^([A-Z][A-Z0-9]{2}-\d+)=(\w+)$/.exec(line) ?? [];
    const found = ACTIONS.find((each) => each === wanted);
    if (found === undefined)
      throw new XinglinError('cli.bad_option', {
        option: '--field',
        value: line,
        expected: `PV1-3=${ACTIONS.join('|')}`,
      });
    return [field, found];
  });
  const text = createTextDeidentifier();
  const common = {
    pseudonym: (value: string): string => key.pseudonym('id', value),
    shiftDays: (patient: string): number => key.shiftDays(patient),
    cleanText: (value: string, record: Readonly<Record<string, unknown>>): string =>
      text.mask(value, { form: 'star', record }),
  };
  return {
    hl7: createHl7Deidentifier({
      ...common,
      cutAddress: (address) => cutAddress(address) ?? '',
      policy: Object.fromEntries(policy),
      zSegments,
    }),
    cda: createCdaDeidentifier(common),
  };
}
