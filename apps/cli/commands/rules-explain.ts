import { XinglinError } from '@xinglin/platform/kernel';
import type { Explanation, SigmaRule } from '@xinglin/soc/detect-offline';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import '../errors.ts';
import { EXIT } from '../output.ts';
import { openLines } from '../read-lines.ts';
import { CONTENT_RULES } from './detect.ts';

interface ExplainOptions {
  readonly rules: string;
  readonly rule: string;
  readonly mapping?: string;
  readonly parse?: boolean;
  readonly line: string;
}

/** Why a rule matched an event, or the first thing that did not hold. */
export const registerRulesExplain: Register = (rules) => {
  rules
    .command('explain <file>')
    .description('说明规则为何命中某个事件，或首个不成立的条件 / why a rule matched an event, or what did not hold')
    .requiredOption('--rule <id>', '规则的 id、name 或标题 / id, name or title of the rule')
    .option('--rules <path>', '规则来源 / where the rule is', CONTENT_RULES)
    .option('--mapping <file>', '字段与日志源映射 YAML / field and log-source mapping')
    .option('--line <number>', '文件中的第几行 / which line of the file', '1')
    .option('--parse', '该行是原始日志 / the line is a raw log line')
    .action(
      action<ExplainOptions>(async ({ output, options, args }) => {
        const { dialectOf, dialectOptions, explain, loadRules, readMapping } =
          await import('@xinglin/soc/detect-offline');
        const loaded = await loadRules([options.rules]);
        const called = ({ id, name, title }: { id: string; name?: string; title: string }): boolean =>
          id === options.rule || name === options.rule || title === options.rule;
        const feeding = loaded.correlations.find(called)?.rules ?? [];
        const asked = loaded.rules.filter(
          (one) => called(one) || feeding.includes(one.id) || (one.name !== undefined && feeding.includes(one.name)),
        );
        if (asked.length === 0) throw new XinglinError('cli.no_rule', { rule: options.rule, path: options.rules });
        const text = await readLine(args[0] ?? '-', Number(options.line));
        const event = options.parse === true ? await parsed(text) : eventOf(text);
        const own = options.mapping === undefined ? undefined : await readMapping(options.mapping);
        const dialect = own === undefined ? dialectOf(event) : 'mapping';
        // Of a correlation: the rules that feed it.
        const explained = asked.map((rule) => {
          const sources = { ...dialectOptions(dialect, loaded.rules, own), filters: loaded.filters };
          return { rule, explanation: explain(event, rule, sources) };
        });
        output.result(
          explained.map(({ rule, explanation }) => ({ rule: rule.id, title: rule.title, dialect, ...explanation })),
          () => explained.map(({ rule, explanation }) => inWords(rule, dialect, explanation)).join('\n'),
        );
        return explained.some(({ explanation }) => explanation.matched) ? EXIT.ok : EXIT.problems;
      }),
    );
};

async function readLine(file: string, wanted: number): Promise<string> {
  let line = 0;
  for await (const bytes of (await openLines(file)).lines()) {
    line += 1;
    if (line === wanted) return bytes.toString('utf8');
  }
  throw new XinglinError('cli.bad_option', { option: '--line', value: String(wanted), expected: `1 – ${line}` });
}

function eventOf(text: string): Record<string, unknown> {
  try {
    const event: unknown = JSON.parse(text);
    if (typeof event === 'object' && event !== null && !Array.isArray(event)) return event as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new XinglinError('cli.bad_option', {
    option: '<file>',
    value: text.slice(0, 60),
    expected: 'a JSON object, or --parse',
  });
}

async function parsed(text: string): Promise<Record<string, unknown>> {
  const { createParser } = await import('@xinglin/soc/detect-offline');
  const { fields, dataset } = createParser().parse(text, { receivedAt: Date.now() });
  return { ...fields, 'event.dataset': dataset };
}

function inWords(rule: SigmaRule, dialect: string, explanation: Explanation): string {
  const zh = rule.custom['title_zh'];
  const title = `${typeof zh === 'string' ? `${zh} / ` : ''}${rule.title} (${rule.id}), ${dialect}`;
  if (explanation.cannotRun !== undefined) return `${title}\n规则不能运行 / cannot run: ${explanation.cannotRun}`;
  if (explanation.notRouted !== undefined) return `${title}\n日志源不符 / other log source: ${explanation.notRouted}`;
  const tests = (explanation.matched ? explanation.because : explanation.failed).map(
    ({ path, wanted, key, value, holds }) =>
      `  ${holds ? '✓' : '✗'} ${path}: ${wanted}; ${key ?? '*'} = ${value === undefined ? '（无/absent）' : JSON.stringify(value)}`,
  );
  return [
    title,
    explanation.matched ? '命中 / matched:' : '未命中，首个不成立的条件 / not matched, first failing:',
    ...tests,
  ].join('\n');
}
