import { once } from 'node:events';
import type { Command } from 'commander';
import { createTextDeidentifier, evaluate, SPAN_TYPES } from '@xinglin/deid';
import type { Evaluation, KnownRecord, LabelledText, Span, SpanType } from '@xinglin/deid';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../../command.ts';
import '../../errors.ts';
import { EXIT } from '../../output.ts';
import { openLines } from '../../read-lines.ts';

interface TextOptions {
  readonly output: string;
  readonly form: string;
  readonly types?: string;
  readonly evaluate?: string;
  readonly input: string;
}

const FORMS = ['placeholder', 'star', 'length'] as const;
const OUTPUTS = ['spans', 'masked'];
/** A note longer than this is refused with its line number rather than cut in two. */
const MAX_LINE = 64 * 1024 * 1024;

/** Finds or masks personal data in clinical notes, one JSON object a line; memory does not grow with the input. */
export const registerDeidText = (group: Command): void => {
  group
    .command('text')
    .description(
      '识别或遮盖病历文本中的个人信息（NDJSON：{id, text, record?}） / find or mask personal data in clinical notes',
    )
    .option('--output <what>', '输出 spans 或 masked / what to write', 'spans')
    .option('--form <form>', `遮盖形式 / how to mask (${FORMS.join(', ')})`, 'placeholder')
    .option('--types <list>', '只处理这些类型，逗号分隔 / only these types, comma separated')
    .option('--input <file>', '输入文件，默认标准输入（支持 .gz、.zst） / input file, stdin by default', '-')
    .option('--evaluate <file>', '用带标注的 NDJSON（{text, spans, record?}）评测 / measure against labelled NDJSON')
    .action(
      action<TextOptions>(async ({ output, options }) => {
        const types = typesOf(options.types);
        if (!OUTPUTS.includes(options.output)) throw badOption('--output', options.output, OUTPUTS);
        const form = FORMS.find((each) => each === options.form);
        if (form === undefined) throw badOption('--form', options.form, FORMS);
        const deid = createTextDeidentifier(types === undefined ? {} : { types });
        const problems = { lines: 0 };
        const complain = (line: number, why: string): void => {
          problems.lines += 1;
          process.stderr.write(`第 ${line} 行 / line ${line}: ${why}\n`);
        };
        if (options.evaluate !== undefined) {
          const notes: LabelledText[] = [];
          const records: (KnownRecord | undefined)[] = [];
          for await (const note of readNotes(options.evaluate, complain)) {
            notes.push({ text: note.text, gold: note.spans ?? [] });
            records.push(note.record);
          }
          const result = evaluate(notes, (text, index) => deid.spans(text, records[index]));
          output.result(result, () => report(result));
          return problems.lines > 0 ? EXIT.problems : EXIT.ok;
        }
        let waiting = '';
        for await (const { id, text, record } of readNotes(options.input, complain)) {
          const spans = deid.spans(text, record);
          const answer =
            options.output === 'spans'
              ? { id, spans: spans.map(({ start, end, type }) => [start, end, type]) }
              : { id, text: deid.maskWith(text, spans, { form }) };
          waiting += `${JSON.stringify(answer)}\n`;
          if (waiting.length < 64 * 1024) continue;
          const flowing = process.stdout.write(waiting);
          waiting = '';
          // A slow reader must not make the answers pile up in memory.
          if (!flowing) await once(process.stdout, 'drain');
        }
        if (waiting !== '') process.stdout.write(waiting);
        return problems.lines > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
};

function badOption(option: string, value: string, expected: readonly string[]): XinglinError {
  return new XinglinError('cli.bad_option', { option, value, expected: expected.join(', ') });
}

function typesOf(list: string | undefined): SpanType[] | undefined {
  return list?.split(',').map((name) => {
    const type = SPAN_TYPES.find((each) => each === name.trim().toUpperCase());
    if (type === undefined) throw badOption('--types', name, SPAN_TYPES);
    return type;
  });
}

interface Note {
  readonly id: unknown;
  readonly text: string;
  readonly record?: KnownRecord;
  readonly spans?: readonly Span[];
}

async function* readNotes(file: string, complain: (line: number, why: string) => void): AsyncGenerator<Note> {
  const source = await openLines(file, MAX_LINE);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 0;
  for await (const bytes of source.lines()) {
    line += 1;
    if (bytes.length === 0) continue;
    if (bytes.length >= MAX_LINE) {
      complain(line, `超过 ${MAX_LINE} 字节，已跳过 / longer than ${MAX_LINE} bytes, skipped`);
      continue;
    }
    let parsed: unknown;
    try {
      parsed = JSON.parse(decoder.decode(bytes));
    } catch {
      complain(line, '不是 UTF-8 编码的 JSON，已跳过 / not JSON in UTF-8, skipped');
      continue;
    }
    const note = noteOf(parsed);
    if (note === undefined) complain(line, '缺少字符串字段 text，已跳过 / no string field "text", skipped');
    else yield note;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function noteOf(value: unknown): Note | undefined {
  if (!isRecord(value) || typeof value.text !== 'string') return undefined;
  const { id = null, text, record, spans } = value;
  return {
    id,
    text,
    ...(isRecord(record) ? { record } : {}),
    ...(Array.isArray(spans) ? { spans: spans.flatMap(spanOf) } : {}),
  };
}

/** `[start, end, TYPE]` or `{start, end, type}`. */
function spanOf(value: unknown): Span[] {
  const parts: readonly unknown[] = Array.isArray(value)
    ? value
    : isRecord(value)
      ? [value.start, value.end, value.type]
      : [];
  const [start, end, name] = parts;
  const type = SPAN_TYPES.find((each) => each === name);
  return typeof start === 'number' && typeof end === 'number' && type !== undefined ? [{ start, end, type }] : [];
}

function report({ texts, all, byType, falseHitsPer100 }: Evaluation): string {
  const percent = (part: number, whole: number): string =>
    (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)} %`).padStart(9);
  const row = (name: string, score: typeof all): string =>
    `${name.padEnd(14)} ${String(score.gold).padStart(7)} ${percent(score.exact, score.gold)} ${percent(score.masked, score.gold)} ${percent(score.given - score.falseHits, score.given)}`;
  return [
    `${'类型/type'.padEnd(12)} ${'标注/gold'.padStart(7)}     exact    masked precision`,
    ...Object.entries(byType).map(([type, score]) => row(type, score)),
    row('ALL', all),
    `${texts} 份/notes，每百份误报 / false hits per 100: ${falseHitsPer100.toFixed(2)}`,
  ].join('\n');
}
