/** A compiled template: values by field name, or undefined when the text does not fit. */
export type Template = (text: string) => ReadonlyMap<string, string> | undefined;

interface Step {
  /** Field before the literal; '' for none. */
  readonly field: string;
  readonly literal: string;
}

/**
 * A message with holes, `Deny {proto} src {sif}:{src}/{sport} dst {rest}`: each hole takes the text up to the literal that
 * follows it, the last one takes the rest. `{_}` is a hole nobody reads. Matching goes forward only, so it is linear.
 * @example
 * ```ts
 * import { compileTemplate } from './template.ts';
 * const login = compileTemplate('Login denied from {src}/{sport} for user "{user}"');
 * login('Login denied from 10.0.0.9/4022 for user "admin"')?.get('user'); // 'admin'
 * ```
 */
export function compileTemplate(template: string): Template {
  const steps: Step[] = [];
  let field = '';
  let last = 0;
  let open = template.indexOf('{');
  while (open >= 0) {
    const close = template.indexOf('}', open);
    if (close < 0) break;
    steps.push({ field, literal: template.slice(last, open) });
    field = template.slice(open + 1, close);
    last = close + 1;
    open = template.indexOf('{', last);
  }
  steps.push({ field, literal: template.slice(last) });
  return (text) => {
    const values = new Map<string, string>();
    let pos = 0;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i];
      if (step === undefined) return undefined;
      if (step.field === '') {
        if (!text.startsWith(step.literal, pos)) return undefined;
        pos += step.literal.length;
        continue;
      }
      if (step.literal === '' && i === steps.length - 1) {
        values.set(step.field, text.slice(pos));
        return values;
      }
      const end = text.indexOf(step.literal, pos);
      if (end < 0) return undefined;
      values.set(step.field, text.slice(pos, end));
      pos = end + step.literal.length;
    }
    if (pos < text.length) values.set('rest', text.slice(pos));
    return values;
  };
}

/** The same with values by place: `names` says which hole goes where, unnamed holes are dropped. */
export type PlacedTemplate = (text: string) => (string | undefined)[] | undefined;

/**
 * {@link compileTemplate} for parsers that are asked hundreds of thousands of times a second: no map is made, a value is found by its
 * place in `names`.
 * @example
 * ```ts
 * import { compilePlaced } from './template.ts';
 * compilePlaced('from {src}/{sport}', ['sport', 'src'])('from 10.0.0.9/4022'); // ['4022', '10.0.0.9']
 * ```
 */
export function compilePlaced(template: string, names: readonly string[]): PlacedTemplate {
  const parts = template.split(/\{(\w+)\}/);
  const head = parts[0] ?? '';
  const places: number[] = [];
  const literals: string[] = [];
  for (let i = 1; i < parts.length; i += 2) {
    places.push(names.indexOf(parts[i] ?? ''));
    literals.push(parts[i + 1] ?? '');
  }
  const rest = names.indexOf('rest');
  const empty: (string | undefined)[] = names.map(() => undefined);
  return (text) => {
    if (!text.startsWith(head)) return undefined;
    const values = empty.slice();
    let pos = head.length;
    for (let i = 0; i < places.length; i++) {
      const literal = literals[i] ?? '';
      const last = i === places.length - 1;
      const end = literal === '' && last ? text.length : text.indexOf(literal, pos);
      if (end < 0) return undefined;
      const place = places[i] ?? -1;
      if (place >= 0) values[place] = text.slice(pos, end);
      pos = end + literal.length;
    }
    if (pos < text.length && rest >= 0) values[rest] = text.slice(pos);
    return values;
  };
}
