import { catalogue } from './catalogue.ts';
import { finishLine, finishObject } from './finish.ts';
import { flatten, parseJsonObject } from './scan/json.ts';
import { parseSyslog, trimLine } from './syslog.ts';
import type { JsonDocument, LineParser, LogLine, ParseContext, Parsed, ParserSpec } from './types.ts';

/** A parser this sure is taken without asking the others. */
const CERTAIN = 0.9;

interface Candidate {
  readonly spec: ParserSpec;
  /** Bits of the characters it needs. */
  readonly mask: number;
}

/** Characters a parser may need; each is one bit of a mask. */
const marks = '%|@=([_:/-"^\u0080';
const bits = new Uint16Array(129);
for (let i = 0; i < marks.length; i++) bits[Math.min(marks.charCodeAt(i), 128)] = 1 << i;

function maskOf(text: string): number {
  let mask = 0;
  const end = text.length < 256 ? text.length : 256;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    mask |= bits[code < 128 ? code : 128] ?? 0;
  }
  return mask;
}

interface Dispatch {
  readonly byDataset: ReadonlyMap<string, ParserSpec>;
  readonly byProgram: ReadonlyMap<string, readonly ParserSpec[]>;
  /** By the first character code of the payload; the last bucket takes everything beyond ASCII. */
  readonly byStart: readonly (readonly Candidate[])[];
  readonly objects: readonly ParserSpec[];
}

function dispatchOf(parsers: readonly ParserSpec[]): Dispatch {
  const byDataset = new Map<string, ParserSpec>();
  const byProgram = new Map<string, ParserSpec[]>();
  const byStart: Candidate[][] = Array.from({ length: 129 }, () => []);
  for (const spec of parsers) {
    for (const dataset of [spec.dataset, ...(spec.datasets ?? [])])
      if (!byDataset.has(dataset)) byDataset.set(dataset, spec);
    for (const program of spec.programs ?? []) {
      const list = byProgram.get(program);
      if (list === undefined) byProgram.set(program, [spec]);
      else list.push(spec);
    }
    const candidate: Candidate = { spec, mask: maskOf(spec.needs ?? '') };
    if (spec.starts === undefined) for (const bucket of byStart) bucket.push(candidate);
    else
      for (const code of new Set(Array.from(spec.starts, (char) => Math.min(char.charCodeAt(0), 128))))
        byStart[code]?.push(candidate);
  }
  return {
    byDataset,
    byProgram,
    byStart: byStart.map((bucket, code) => usualFirst(bucket, String.fromCharCode(code))),
    objects: usualFirst(
      parsers.filter((spec) => spec.parseObject !== undefined).map((spec) => ({ spec, mask: 0 })),
      '{',
    ).map(({ spec }) => spec),
  };
}

/** The parsers whose lines usually begin so come first, and are asked at once: looking for what they need would cost more. */
function usualFirst(bucket: readonly Candidate[], char: string): readonly Candidate[] {
  const usual = bucket.filter(({ spec }) => spec.usual?.includes(char) === true);
  const others = bucket.filter((candidate) => !usual.includes(candidate));
  return [...usual.map(({ spec }) => ({ spec, mask: 0 })), ...others];
}

const none: readonly Candidate[] = [];

/**
 * A parser over the catalogue (or the given parsers). Cheap to call, holds no state between lines, never throws.
 * @example
 * ```ts
 * import { createParser } from '@xinglin/parse';
 * const parser = createParser();
 * const parsed = parser.parse('<38>Sep 28 15:42:01 his-db sshd[581]: Accepted password for root from 10.0.0.9 port 4022 ssh2', {
 *   receivedAt: Date.UTC(2026, 8, 28, 8),
 * });
 * // parsed.dataset 'linux.auth', parsed.fields['source.ip'] '10.0.0.9'
 * ```
 */
export function createParser(options: { readonly parsers?: readonly ParserSpec[] } = {}): LineParser {
  const dispatch = dispatchOf(options.parsers ?? catalogue);
  return {
    parse: (raw, ctx) => parseLine(dispatch, raw, ctx),
    parseObject: (doc, ctx) => parseDocument(dispatch, doc, ctx),
  };
}

function parseLine(dispatch: Dispatch, input: string, ctx: ParseContext): Parsed {
  const raw = trimLine(input);
  const syslog = parseSyslog(raw, ctx);
  const message = syslog === undefined ? raw : syslog.message;
  const line: LogLine = { raw, message, syslog, program: programOf(syslog?.appName) };
  let issues: string[] | undefined;
  try {
    if (ctx.dataset !== undefined) {
      const pinned = dispatch.byDataset.get(ctx.dataset);
      const parsed = pinned === undefined ? undefined : readLine(pinned, line, ctx);
      if (parsed !== undefined) return withOriginal(parsed, raw);
      issues = [pinned === undefined ? 'dataset.unknown' : 'dataset.mismatch'];
    }
    const found = identifyLine(dispatch, line, ctx);
    if (found !== undefined) return withOriginal(issues === undefined ? found : withIssues(found, issues), raw);
  } catch (error) {
    // A parser that throws is a defect; the line must survive it all the same.
    issues = [...(issues ?? []), `parser.failed: ${error instanceof Error ? error.message : 'unknown'}`];
  }
  const unknown: Parsed = {
    dataset: 'unknown',
    fields: { message: raw },
    confidence: 0,
    ...(issues !== undefined && { issues }),
  };
  return withOriginal(finishLine(undefined, unknown, line, ctx), raw);
}

function withOriginal(parsed: Parsed, raw: string): Parsed {
  parsed.fields['event.original'] = raw;
  rehearse(parsed.fields);
  return parsed;
}

let turn = 0;

/**
 * V8 keeps an object fast under keys it has once seen added one by one in the same order; computed keys beyond the first dozen turn it
 * into a hash table otherwise, which makes every later read and write several times dearer. One record in 61 is built again key by
 * key and thrown away: what a log writes often is known after a few hundred lines (a prime, so that no regular mix is missed). Nothing but speed depends on it.
 */
function rehearse(fields: Parsed['fields']): void {
  turn = (turn + 1) % 61;
  if (turn === 1) Object.fromEntries(Object.entries(fields));
}

function withIssues(parsed: Parsed, issues: readonly string[]): Parsed {
  return { ...parsed, issues: parsed.issues === undefined ? issues : [...parsed.issues, ...issues] };
}

function programOf(appName: string | undefined): string {
  if (appName === undefined) return '';
  const slash = appName.lastIndexOf('/');
  return (slash < 0 ? appName : appName.slice(slash + 1)).toLowerCase();
}

function readLine(spec: ParserSpec, line: LogLine, ctx: ParseContext): Parsed | undefined {
  const parsed = spec.parse(line, ctx);
  if (parsed !== undefined) return finishLine(spec, parsed, line, ctx);
  if (spec.parseObject === undefined) return undefined;
  // Pinned means the operator knows better than identification: the document is read even where it looks unfamiliar.
  const doc = parseJsonObject(line.message);
  const read = doc === undefined ? undefined : spec.parseObject(doc, ctx);
  return read === undefined ? undefined : finishLine(spec, read, line, ctx);
}

function identifyLine(dispatch: Dispatch, line: LogLine, ctx: ParseContext): Parsed | undefined {
  const { message } = line;
  const first = message.charCodeAt(0);
  if (first === 123) {
    const doc = parseJsonObject(message);
    if (doc !== undefined) {
      const { spec, parsed } = readDocument(dispatch, doc, ctx);
      return finishLine(spec, parsed, line, ctx);
    }
  }
  const listed = line.program === '' ? undefined : dispatch.byProgram.get(line.program);
  if (listed !== undefined) {
    for (const spec of listed) {
      const parsed = spec.parse(line, ctx);
      if (parsed !== undefined) return finishLine(spec, parsed, line, ctx);
    }
  }
  const candidates = dispatch.byStart[first < 128 ? first : 128] ?? none;
  let weaker: { readonly spec: ParserSpec; readonly confidence: number }[] | undefined;
  // Looking over the line costs more than most answers, so it waits until somebody needs it.
  let seen = -1;
  for (const { spec, mask } of candidates) {
    if (mask !== 0) {
      if (seen < 0) seen = maskOf(message);
      if ((mask & seen) !== mask) continue;
    }
    const confidence = spec.identify(line);
    if (confidence <= 0) continue;
    if (confidence >= CERTAIN) {
      const parsed = spec.parse(line, ctx);
      if (parsed !== undefined) return finishLine(spec, parsed, line, ctx);
    } else (weaker ??= []).push({ spec, confidence });
  }
  if (weaker === undefined) return undefined;
  weaker.sort((a, b) => b.confidence - a.confidence);
  for (const { spec } of weaker) {
    const parsed = spec.parse(line, ctx);
    if (parsed !== undefined) return finishLine(spec, parsed, line, ctx);
  }
  return undefined;
}

function readDocument(
  dispatch: Dispatch,
  doc: JsonDocument,
  ctx: ParseContext,
): { readonly spec?: ParserSpec; readonly parsed: Parsed } {
  if (ctx.dataset !== undefined) {
    const pinned = dispatch.byDataset.get(ctx.dataset);
    const parsed = pinned?.parseObject?.(doc, ctx);
    if (pinned !== undefined && parsed !== undefined) return { spec: pinned, parsed };
  }
  let best: ParserSpec | undefined;
  let confidence = 0;
  for (const spec of dispatch.objects) {
    const sure = spec.identifyObject?.(doc) ?? 0;
    if (sure > confidence) {
      confidence = sure;
      best = spec;
      if (sure >= CERTAIN) break;
    }
  }
  const parsed = best?.parseObject?.(doc, ctx);
  if (best !== undefined && parsed !== undefined) return { spec: best, parsed };
  return { parsed: flatten(doc, ctx) };
}

function parseDocument(dispatch: Dispatch, doc: JsonDocument, ctx: ParseContext): Parsed {
  try {
    const { spec, parsed } = readDocument(dispatch, doc, ctx);
    return finishObject(spec, parsed, ctx);
  } catch (error) {
    const issue = `parser.failed: ${error instanceof Error ? error.message : 'unknown'}`;
    try {
      return finishObject(undefined, { ...flatten(doc, ctx), issues: [issue] }, ctx);
    } catch {
      // Getters and proxies can throw at every touch; then there is nothing to keep.
      return finishObject(
        undefined,
        { dataset: 'unknown', fields: { message: '' }, confidence: 0, issues: [issue] },
        ctx,
      );
    }
  }
}
