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
