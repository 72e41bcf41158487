import { createParser } from '@xinglin/parse';
import { compile, createCorrelator, ecsMapping, ecsRouting, parseRules, withDatasetRoutes } from '@xinglin/sigma';
import { describe, expect, it } from 'vitest';
import { readContentRules, type RuleCase, type RuleFile } from '../support/content-rules.ts';

const files = readContentRules();
const all = parseRules(files.flatMap((file) => file.sources));
const parser = createParser();
const START = Date.UTC(2026, 10, 20, 2, 0, 0);

/** The events of a case: the parser's own reading of its lines, with what enrichment adds. */
function eventsOf(
  example: Omit<RuleCase, 'name' | 'fires'>,
  from: number,
): { event: Record<string, unknown>; at: number }[] {
  if (example.sequence !== undefined) {
    let at = from;
    return example.sequence.flatMap((part) => {
      const events = eventsOf(part, at);
      at = (events.at(-1)?.at ?? at) + 1000;
      return events;
    });
  }
  return Array.from({ length: example.repeat ?? 1 }, (_, index) => {
    const at = from + index * (example.every ?? 1) * 1000;
    const fill = (text: string): string =>
      text.replaceAll('{i}', String(index)).replaceAll('{p}', String(1000 + index));
    const context = { receivedAt: at };
    const { fields, dataset } =
      example.raw === undefined
        ? parser.parseObject(JSON.parse(fill(JSON.stringify(example.object))) as Record<string, unknown>, context)
        : parser.parse(fill(example.raw), context);
    // The pipeline gives every event a host name, the device's own when there is nothing better.
    const host = fields['host.name'] ?? fields['host.hostname'] ?? fields['observer.name'];
    return {
      event: {
        ...fields,
        'event.dataset': dataset,
        ...(host === undefined ? {} : { 'host.name': host }),
        ...example.with,
      },
      at,
    };
  });
}

/** Titles of what fires for a case, rule by rule and then correlated, with only this file's rules loaded. */
function fired(file: RuleFile, example: RuleCase): string[] {
  const parsed = parseRules(file.sources);
  const routing = withDatasetRoutes(ecsRouting, parsed.rules);
  const { engine } = compile(parsed.rules, { mapping: ecsMapping, routing });
  const correlator = createCorrelator(parsed.correlations, { rules: parsed.rules, mapping: ecsMapping });
  const titles: string[] = [];
  let last = START;
  for (const { event, at } of eventsOf(example, START)) {
    last = at;
    for (const rule of engine.match(event)) {
      if (!correlator.suppressed.has(rule.id)) titles.push(rule.title);
      for (const hit of correlator.push(rule.id, event, at))
        if (!correlator.suppressed.has(hit.rule.id)) titles.push(hit.rule.title);
    }
  }
  for (const hit of correlator.advance(last + 3_600_000))
    if (!correlator.suppressed.has(hit.rule.id)) titles.push(hit.rule.title);
  return titles;
}

describe('content/rules', () => {
  it('loads without an issue', () => {
    expect(all.issues).toEqual([]);
    const { issues } = compile(all.rules, { mapping: ecsMapping, routing: withDatasetRoutes(ecsRouting, all.rules) });
    expect(issues.filter((issue) => issue.severity === 'error')).toEqual([]);
    expect(createCorrelator(all.correlations, { rules: all.rules }).issues).toEqual([]);
  });

  it('holds at least 40 rules a person will see, each with an id of its own', () => {
    const ids = [...all.rules, ...all.correlations].map((rule) => rule.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(files.length).toBeGreaterThanOrEqual(40);
  });

  for (const file of files) {
    describe(`${file.group}/${file.name}`, () => {
      const head = file.sources[0]?.document as Record<string, unknown>;

      it('says in Chinese what it is and what to do, and names its technique', () => {
        expect(head['title_zh']).toMatch(/[\u4e00-\u9fff]/);
        expect(head['remediation_zh']).toMatch(/[\u4e00-\u9fff]/);
        expect(head['remediation']).toBeTypeOf('string');
        expect(head['tags']).toContainEqual(expect.stringMatching(/^attack\./));
        expect(head['level']).toMatch(/^(low|medium|high|critical)$/);
      });

      it('has an example that fires and one that does not', () => {
        expect(file.cases.some((example) => example.fires)).toBe(true);
        expect(file.cases.some((example) => !example.fires)).toBe(true);
      });

      for (const example of file.cases) {
        it(`${example.fires ? 'fires' : 'stays silent'}: ${example.name}`, () => {
          const titles = fired(file, example);
          if (example.fires) expect(titles).toContain(head['title']);
          else expect(titles).toEqual([]);
        });
      }
    });
  }
});
