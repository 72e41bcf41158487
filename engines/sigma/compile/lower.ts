import type { Expression, Glob, SigmaLogsource, ValueTest } from '../types.ts';
import { Problem } from '../problem.ts';
import { parseGlob } from '../text/glob.ts';
import type { Slots } from './frame.ts';
import { KEYWORD, type Predicate, type Predicates } from './predicates.ts';
import { asListText, MIN_CONTAINS, MIN_ENDS, type ListText } from './text-list.ts';

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
      return joined(
        'and',
        expression.children.map((child) => lower(child, context)),
      );
    case 'or': {
      const { lists, others } = splitLists(expression.children, context);
      return joined('or', [...lists, ...others.map((child) => lower(child, context))]);
    }
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

/** Takes the long lists of texts in one field out of the children of an `or`. */
function splitLists(
  children: readonly Expression[],
  { slots, predicates, resolve }: LowerContext,
): { lists: Node[]; others: readonly Expression[] } {
  if (children.length < MIN_ENDS) return { lists: [], others: children };
  const runs = new Map<string, { slot: number; least: number; texts: ListText[]; children: Expression[] }>();
  const others: Expression[] = [];
  for (const child of children) {
    const text = child.kind === 'match' ? asListText(child.test, child.field === undefined) : undefined;
    if (text === undefined || child.kind !== 'match') {
      others.push(child);
      continue;
    }
    const slot = child.field === undefined ? KEYWORD : slots.of(resolve(child.field));
    const least = text.kind === 'contains' ? MIN_CONTAINS : MIN_ENDS;
    const known = runs.get(`${least} ${slot}`);
    if (known === undefined) runs.set(`${least} ${slot}`, { slot, least, texts: [text], children: [child] });
    else {
      known.texts.push(text);
      known.children.push(child);
    }
  }
  const lists: Node[] = [];
  for (const { slot, least, texts, children: own } of runs.values()) {
    if (texts.length < least) others.push(...own);
    else lists.push({ op: 'test', predicate: predicates.ofList(slot, texts) });
  }
  return { lists, others };
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
