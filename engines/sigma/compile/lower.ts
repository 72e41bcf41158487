import type { Expression, Glob, SigmaLogsource, ValueTest } from '../types.ts';
import { Problem } from '../problem.ts';
import { parseGlob } from '../text/glob.ts';
import type { Slots } from './frame.ts';
import { asEndText, KEYWORD, type EndText, type Predicate, type Predicates } from './predicates.ts';

/** The condition of a rule over interned predicates. */
export type Node =
  | { readonly op: 'test'; readonly predicate: Predicate }
  | { readonly op: 'and' | 'or'; readonly kids: readonly Node[] }
  | { readonly op: 'atLeast'; readonly count: number; readonly kids: readonly Node[] }
  | { readonly op: 'not'; readonly kid: Node };

export type Placeholders = Readonly<Record<string, readonly (string | number)[]>>;

export interface LowerContext {
  readonly slots: Slots;
  readonly predicates: Predicates;
  readonly placeholders: Placeholders;
  readonly logsource: SigmaLogsource;
  /** Rule field → event keys. */
  readonly resolve: (field: string) => readonly string[];
}

/** Turns a rule's expression into nodes: fields become slots, tests become interned predicates. Throws a Problem. */
export function lower(expression: Expression, context: LowerContext): Node {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return joined(
        expression.kind,
        expression.children.map((child) => lower(child, context)),
      );
    case 'atLeast':
      return {
        op: 'atLeast',
        count: expression.count,
        kids: expression.children.map((child) => lower(child, context)),
      };
    case 'not':
      return { op: 'not', kid: lower(expression.child, context) };
    case 'match': {
      const slot = expression.field === undefined ? KEYWORD : context.slots.of(context.resolve(expression.field));
      try {
        const kids = expandPlaceholders(expression.test, context.placeholders).map((test): Node => {
          const other = test.kind === 'fieldref' ? context.slots.of(context.resolve(test.field)) : undefined;
          return { op: 'test', predicate: context.predicates.of(slot, test, other) };
        });
        return joined('or', kids);
      } catch (error) {
        if (!(error instanceof Problem) || error.path !== undefined) throw error;
        throw new Problem(error.code, error.message, {
          path: expression.path,
          ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
        });
      }
    }
  }
}

/** From this many on, texts at the ends of one field are looked up together. */
const MIN_ENDS = 4;

/** Takes the long lists of texts at the ends of one field out of the children of an `or`. */
function splitEnds(
  children: readonly Expression[],
  { slots, predicates, resolve }: LowerContext,
): { ends: Node[]; others: readonly Expression[] } {
  if (children.length < MIN_ENDS) return { ends: [], others: children };
  const byField = new Map<string, { texts: EndText[]; children: Expression[] }>();
  const others: Expression[] = [];
  for (const child of children) {
    const text = child.kind === 'match' && child.field !== undefined ? asEndText(child.test) : undefined;
    if (text === undefined || child.kind !== 'match') {
      others.push(child);
      continue;
    }
    const field = child.field as string;
    const known = byField.get(field);
    if (known === undefined) byField.set(field, { texts: [text], children: [child] });
    else {
      known.texts.push(text);
      known.children.push(child);
    }
  }
  const ends: Node[] = [];
  for (const [field, { texts, children: own }] of byField) {
    if (texts.length < MIN_ENDS) others.push(...own);
    else ends.push({ op: 'test', predicate: predicates.ofEnds(slots.of(resolve(field)), texts) });
  }
  return { ends, others };
}

/** Joins nodes, merging nested nodes of the same operator. */
function joined(op: 'and' | 'or', kids: readonly Node[]): Node {
  const flat = kids.flatMap((kid) => (kid.op === op ? kid.kids : [kid]));
  return flat.length === 1 ? (flat[0] as Node) : { op, kids: flat };
}

/** One test per combination of placeholder values. A placeholder without values stays and is refused later. */
export function expandPlaceholders(test: ValueTest, placeholders: Placeholders): ValueTest[] {
  if (test.kind === 'regex' && test.expand === true) return expandRegex(test, placeholders);
  if (test.kind !== 'string' || !test.glob.some((part) => typeof part === 'object' && 'placeholder' in part))
    return [test];
  let forms: Glob[] = [[]];
  for (const part of test.glob) {
    const name = typeof part === 'object' && 'placeholder' in part ? part.placeholder : undefined;
    const values = name !== undefined && Object.hasOwn(placeholders, name) ? placeholders[name] : undefined;
    const pieces: Glob[] = values === undefined ? [[part]] : values.map((value) => parseGlob(String(value)));
    forms = forms.flatMap((form) => pieces.map((piece) => [...form, ...piece]));
  }
  return forms.map((glob) => ({ ...test, glob }));
}

function expandRegex(test: Extract<ValueTest, { kind: 'regex' }>, placeholders: Placeholders): ValueTest[] {
  const source = test.source.replaceAll(/(?<!\\)%(\w+)%/g, (_, name: string) => {
    const values = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined;
    if (values === undefined) {
      throw new Problem('placeholder.unresolved', `The placeholder %${name}% has no values.`, {
        remedy: `Give compile() the values: placeholders: { ${name}: […] }.`,
      });
    }
    return `(?:${values.map((value) => String(value).replaceAll(/[\\^$.|?+*()[\]{}]/g, '\\$&')).join('|')})`;
  });
  return [{ kind: 'regex', source, flags: test.flags }];
}
