/** Tests beside rules (`<rule>.tests.yml`): examples that must fire and examples that must not, through the product's own parsers. */
import { createParser } from '@xinglin/parse';
import {
  compile,
  createCorrelator,
  ecsMapping,
  ecsRouting,
  explain,
  parseRules,
  withDatasetRoutes,
} from '@xinglin/sigma';
import type { Explanation, ParsedRules } from '@xinglin/sigma';
import { z } from 'zod';
import type { TextFile } from './offline-archive.ts';
import { readDocuments } from './offline-rules.ts';

const Part = z.strictObject({
  /** A log line; `{i}` is the number of the repetition from 0, `{p}` a port made of it. */
  raw: z.string().optional(),
  object: z.record(z.string(), z.unknown()).optional(),
  /** What enrichment would add. */
  with: z.record(z.string(), z.string()).optional(),
  repeat: z.int().min(1).max(100_000).optional(),
  /** Seconds between repetitions. */
  every: z.number().min(0).optional(),
});
type Part = z.infer<typeof Part>;
const Case = z.strictObject({
  ...Part.shape,
  name: z.string(),
  fires: z.boolean(),
  sequence: z.array(Part).optional(),
});
const TestFile = z.strictObject({ rule: z.string().optional(), cases: z.array(Case).min(1) });

export type RuleTestCase = z.infer<typeof Case>;

export interface RuleTestResult {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
  /** Titles of what fired. */
  readonly fired: readonly string[];
  /** Why not, when it had to fire and did not; what is wrong with the test file. */
  readonly reason?: string;
}

/** A point in time that stands for the first event of every example. */
const START = Date.UTC(2026, 10, 20, 2, 0, 0);
/** Longer than any window waits for its end. */
const AFTER_MS = 3_600_000;

/** Runs the tests of one rule file, with only its own rules loaded. */
export function runRuleTests(rule: TextFile, tests: TextFile): RuleTestResult[] {
  const bad = (reason: string): RuleTestResult[] => [{ file: tests.path, name: '', passed: false, fired: [], reason }];
  const { documents, issues } = readDocuments(tests);
  if (issues.length > 0) return bad(issues.map(({ path, message }) => `${path ?? ''} ${message}`).join('; '));
  const read = TestFile.safeParse(documents[0]);
  if (!read.success)
    return bad(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  const parsed = parseRules(
    readDocuments(rule).documents.map((document, index) => ({ file: rule.path, document, index })),
  );
  const broken = parsed.issues.filter(({ severity }) => severity === 'error');
  if (broken.length > 0) return bad(broken.map(({ message }) => message).join('; '));
  const [head] = [...parsed.correlations, ...parsed.rules].filter(({ id }) => id === headId(rule));
  return read.data.cases.map((example) => runCase(tests.path, parsed, example, head?.title));
}

/** The file is named after what its first document finds. */
function headId(rule: TextFile): unknown {
  const [first] = readDocuments(rule).documents;
  return typeof first === 'object' && first !== null ? (first as { id?: unknown }).id : undefined;
}

function runCase(file: string, parsed: ParsedRules, example: RuleTestCase, wanted: string | undefined): RuleTestResult {
  const options = {
    mapping: ecsMapping,
    routing: withDatasetRoutes(ecsRouting, parsed.rules),
    filters: parsed.filters,
  };
  const { engine } = compile(parsed.rules, options);
  const correlator = createCorrelator(parsed.correlations, { rules: parsed.rules, mapping: ecsMapping });
  const fired: string[] = [];
  let last = START;
  let near: Explanation | undefined;
  let count = 0;
  for (const { event, at } of exampleEvents(example)) {
    last = at;
    const matched = engine.match(event);
    if (matched.length > 0) count += 1;
    else if (near === undefined && parsed.rules[0] !== undefined) near = explain(event, parsed.rules[0], options);
    for (const rule of matched) {
      if (!correlator.suppressed.has(rule.id)) fired.push(rule.title);
      for (const hit of correlator.push(rule.id, event, at))
        if (!correlator.suppressed.has(hit.rule.id)) fired.push(hit.rule.title);
    }
  }
  for (const hit of correlator.advance(last + AFTER_MS))
    if (!correlator.suppressed.has(hit.rule.id)) fired.push(hit.rule.title);
  const titles = [...new Set(fired)];
  const passed = example.fires
    ? wanted === undefined
      ? titles.length > 0
      : titles.includes(wanted)
    : titles.length === 0;
  if (passed) return { file, name: example.name, passed, fired: titles };
  const reason = example.fires
    ? count > 0
      ? `${count} event(s) matched, which does not meet the condition of the correlation`
      : describe(near)
    : `fired: ${titles.join(', ')}`;
  return { file, name: example.name, passed, fired: titles, reason };
}

function describe(near: Explanation | undefined): string {
  if (near === undefined) return 'no event';
  if (near.notRouted !== undefined) return near.notRouted;
  if (near.cannotRun !== undefined) return near.cannotRun;
  return near.failed
    .slice(0, 3)
    .map(
      ({ path, wanted, value }) =>
        `${path}: wanted ${wanted}, is ${value === undefined ? 'absent' : JSON.stringify(value)}`,
    )
    .join('; ');
}

/** The events of an example: the parsers' own reading of its lines, with what enrichment adds. */
export function* exampleEvents(
  example: Pick<RuleTestCase, 'sequence'> & Part,
  from = START,
): Generator<{ event: Record<string, unknown>; at: number }> {
  const parser = createParser();
  let at = from;
  for (const part of example.sequence ?? [example]) {
    for (let index = 0; index < (part.repeat ?? 1); index += 1) {
      if (index > 0) at += (part.every ?? 1) * 1000;
      const fill = (text: string): string =>
        text.replaceAll('{i}', String(index)).replaceAll('{p}', String(1000 + index));
      const context = { receivedAt: at };
      const { fields, dataset } =
        part.raw === undefined
          ? parser.parseObject(JSON.parse(fill(JSON.stringify(part.object ?? {}))) as Record<string, unknown>, context)
          : parser.parse(fill(part.raw), context);
      // The pipeline gives every event a host name, the device's own when there is nothing better.
      const host = fields['host.name'] ?? fields['host.hostname'] ?? fields['observer.name'];
      const named = host === undefined ? {} : { 'host.name': host };
      yield { event: { ...fields, 'event.dataset': dataset, ...named, ...part.with }, at };
    }
    at += 1000;
  }
}
