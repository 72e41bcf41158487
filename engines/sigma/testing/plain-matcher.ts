import { sourcesOf, type CompileOptions } from '../compile.ts';
import { compileNode, PredicateMemo, type Check } from '../compile/closures.ts';
import { Frame, Slots } from '../compile/frame.ts';
import { lower } from '../compile/lower.ts';
import { Predicates } from '../compile/predicates.ts';
import { routeHolds } from '../compile/router.ts';
import { lookup, textOf } from '../compile/values.ts';
import { resolveField } from '../mapping/field-mapping.ts';
import type { SigmaEvent, SigmaRule } from '../types.ts';

/** Compiled closures and routing, but no index: every routed rule is tried. What the index is measured against. */
export function plainMatcher(rules: readonly SigmaRule[], options: CompileOptions): (event: SigmaEvent) => SigmaRule[] {
  const slots = new Slots();
  const predicates = new Predicates();
  const routable = rules.filter((rule) => {
    try {
      return sourcesOf(rule, options.routing).length > 0;
    } catch {
      return false;
    }
  });
  const lowered = routable.flatMap((rule) =>
    sourcesOf(rule, options.routing).flatMap(({ fields, alternatives }) => {
      const resolve = (field: string): readonly string[] => {
        const own = fields?.[field];
        return own === undefined ? resolveField(options.mapping, rule.logsource, field) : [own].flat();
      };
      try {
        const context = { slots, predicates, placeholders: {}, logsource: rule.logsource, resolve };
        return [{ rule, alternatives, node: lower(rule.detection.expression, context) }];
      } catch {
        return [];
      }
    }),
  );
  const memo = new PredicateMemo(predicates.list.length);
  const entries = lowered.map((entry) => ({ ...entry, check: undefined as Check | undefined }));
  const frame = new Frame(slots.keys);
  const labels = Object.entries(options.routing?.labels ?? {});
  const routed = new Map<string, typeof entries>();
  const keys = [
    ...new Set([
      ...entries.flatMap(({ alternatives }) => (alternatives ?? []).flatMap((when) => Object.keys(when))),
      ...labels.map(([, key]) => key),
    ]),
  ];

  return (event) => {
    frame.begin(event);
    const source = keys.map((key) => textOf(lookup(event, key)) ?? '').join('\u0000');
    let own = routed.get(source);
    if (own === undefined) {
      own = entries.filter(({ rule, alternatives }) => {
        const open = alternatives === undefined || alternatives.some((when) => routeHolds(when, event));
        return (
          open &&
          labels.every(([part, key]) => {
            const wanted = rule.logsource[part as 'category'];
            const value = textOf(lookup(event, key));
            return wanted === undefined || value === undefined || value.toLowerCase() === wanted;
          })
        );
      });
      routed.set(source, own);
    }
    return own.filter((entry) => (entry.check ??= compileNode(entry.node, memo))(frame)).map(({ rule }) => rule);
  };
}
