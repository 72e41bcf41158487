import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { createFhirAnonymizer, FhirDeidError, parseFhirJson } from '@xinglin/deid';
import type { FhirAnonymizer, FhirCrypto, FhirVersion } from '@xinglin/deid';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../../command.ts';
import '../../errors.ts';
import { EXIT } from '../../output.ts';
import { openLines } from '../../read-lines.ts';
import './health-errors.ts';
import { nameWithout, recordFiles, writeWhole, type RecordFile } from './record-files.ts';

interface FhirCommandOptions {
  readonly fhirVersion?: string;
  readonly pretty?: boolean;
}

/** A bundle longer than this in one NDJSON line is refused rather than read into memory. */
const MAX_LINE = 256 * 1024 * 1024;
const NDJSON = /\.(?:ndjson|jsonl)(?:\.gz|\.zst)?$/i;
const JSON_FILE = /\.json$/i;

/** Node's cryptography for the pure engine. */
export const fhirCrypto: FhirCrypto = {
  hmacSha256: (key, text) => createHmac('sha256', key).update(text, 'utf8').digest('hex'),
  encryptAesCbc(key, text) {
    const bytes = Buffer.from(key, 'utf8');
    const iv = randomBytes(16);
    const cipher = createCipheriv(`aes-${bytes.length * 8}-cbc`, bytes, iv);
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
  },
  newKey: () => randomBytes(16).toString('hex'),
  random: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};

/** De-identifies FHIR resources by the configuration of the open FHIR anonymizer. */
export const registerDeidFhir = (group: Command): void => {
  group
    .command('fhir')
    .description(
      'FHIR R4/STU3 去标识化（JSON、NDJSON 或目录），配置与开源 FHIR 匿名化工具相同 / de-identify FHIR resources',
    )
    .argument('<in>', '输入文件或目录 / file or folder')
    .argument('<out>', '输出文件或目录 / file or folder')
    .addHelpText(
      'after',
      '\n  --config <file>  规则配置（fhirPathRules、parameters），必填 / rules of the open FHIR anonymizer, required',
    )
    .option('--fhir-version <version>', '配置未写明时的版本：R4 或 STU3 / release when the configuration names none')
    .option('--pretty', 'JSON 缩进输出 / indented JSON')
    .action(
      action<FhirCommandOptions>(async ({ output, globals, options, args }) => {
        const [input = '', target = ''] = args;
        const version = options.fhirVersion?.toUpperCase();
        if (version !== undefined && version !== 'R4' && version !== 'STU3')
          throw new XinglinError('cli.bad_option', {
            option: '--fhir-version',
            value: version,
            expected: 'R4, STU3',
          });
        // `--config` belongs to the whole program; here it names the rules.
        const file = globals.config;
        if (file === undefined)
          throw new XinglinError('cli.bad_option', { option: '--config', value: '', expected: 'FILE.json' });
        const anonymizer = await loadAnonymizer(file, version);
        const files = await recordFiles(
          input,
          target,
          '*.json, *.ndjson',
          (name) => NDJSON.test(name) || JSON_FILE.test(name),
        );
        const folder = files.length === 1 && files[0]?.from === input ? dirname(resolve(input)) : resolve(input);
        let problems = 0;
        for (const each of files)
          problems += await runFile(each, target, anonymizer, basename(folder), options.pretty === true);
        const { methods, resources, skipped } = anonymizer.counts();
        output.result({ files: files.length, resources, skipped, problems, methods }, () =>
          [
            `${files.length} 个文件，${resources} 个资源；因规则出错而清空 ${skipped} 个，无法读取 ${problems} 个`,
            `${files.length} files, ${resources} resources; ${skipped} emptied for failing rules, ${problems} not readable`,
            ...Object.entries(methods).map(([method, count]) => `  ${method.padEnd(12)} ${count}`),
          ].join('\n'),
        );
        return problems > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
};

async function loadAnonymizer(file: string, version: FhirVersion | undefined): Promise<FhirAnonymizer> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new XinglinError('cli.no_file', { file });
  });
  const now = new Date();
  const today = { year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() };
  try {
    return createFhirAnonymizer(JSON.parse(text.replace(/^\uFEFF/, '')), {
      crypto: fhirCrypto,
      today,
      ...(version === undefined ? {} : { version }),
    });
  } catch (error) {
    throw failure(file, error);
  }
}

const failure = (file: string, error: unknown): XinglinError =>
  new XinglinError(
    'deid.record',
    { file, reason: error instanceof Error ? error.message : String(error) },
    { cause: error },
  );

/** De-identifies one file; how many of its resources could not be read. */
async function runFile(
  { from, to }: RecordFile,
  root: string,
  anonymizer: FhirAnonymizer,
  folder: string,
  pretty: boolean,
): Promise<number> {
  const scope = { file: basename(from), folder };
  if (!NDJSON.test(from)) {
    let answer: string;
    let place: string;
    try {
      const resource = parseFhirJson((await readFile(from, 'utf8')).replace(/^\uFEFF/, ''));
      answer = JSON.stringify(anonymizer.anonymize(resource, scope), undefined, pretty ? 2 : undefined);
      place = to === root ? to : nameWithout(to, root, namesOf(resource), hashName(anonymizer));
    } catch (error) {
      if (!(error instanceof FhirDeidError) || error.kind !== 'input') throw failure(from, error);
      process.stderr.write(`${from}: ${error.message}\n`);
      return 1;
    }
    await writeWhole(place, `${answer}\n`);
    return 0;
  }
  return runLines(from, to, anonymizer, scope);
}

const hashName =
  (anonymizer: FhirAnonymizer) =>
  (text: string): string =>
    fhirCrypto.hmacSha256(anonymizer.configuration.parameters.cryptoHashKey, text);

/** Bulk data: one resource a line, in constant memory. A line that cannot be read is named and left out. */
async function runLines(
  from: string,
  to: string,
  anonymizer: FhirAnonymizer,
  scope: { file: string; folder: string },
): Promise<number> {
  const source = await openLines(from, MAX_LINE);
  const place = to.replace(/\.(?:gz|zst)$/i, '');
  const part = `${place}.part`;
  await mkdir(dirname(place), { recursive: true });
  const out = createWriteStream(part);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 0;
  let problems = 0;
  try {
    for await (const bytes of source.lines()) {
      line += 1;
      if (bytes.length === 0) continue;
      let answer: string;
      try {
        answer = `${JSON.stringify(anonymizer.anonymize(parseFhirJson(decoder.decode(bytes)), scope))}\n`;
      } catch (error) {
        if (error instanceof FhirDeidError && error.kind !== 'input') throw failure(`${from}:${line}`, error);
        problems += 1;
        process.stderr.write(`${from}:${line}: ${error instanceof Error ? error.message : String(error)}\n`);
        continue;
      }
      if (!out.write(answer)) await once(out, 'drain');
    }
    out.end();
    await once(out, 'finish');
    await rename(part, place);
  } catch (error) {
    out.destroy();
    await rm(part, { force: true });
    throw error;
  }
  return problems;
}

/** Names and identifiers of people in a resource: what must not stand in a file name. */
function namesOf(value: unknown, inside = false, found: string[] = []): string[] {
  if (typeof value === 'string') {
    if (inside) found.push(value);
  } else if (Array.isArray(value)) {
    for (const each of value) namesOf(each, inside, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      const person = inside
        ? ['family', 'given', 'text', 'value'].includes(key)
        : key === 'name' || key === 'identifier';
      if (inside ? person : person || typeof each === 'object') namesOf(each, inside || person, found);
    }
    if (!inside && 'resourceType' in value && 'id' in value && typeof value.id === 'string') found.push(value.id);
  }
  return found;
}
