/** A table as it is read: the header, and rows of texts. A row may be shorter; what is missing is ''. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A column as numbers: `codes[row]` is the place of the row's value in `values`. */
export interface CodedColumn {
  readonly name: string;
  readonly values: readonly string[];
  readonly codes: Int32Array;
}

/** Code and place of what is wrong with what was given; texts for people are the caller's. */
export class RiskError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'RiskError';
    this.code = code;
  }
}

/** @throws RiskError `risk.no_column` naming the columns there are. */
export function codeColumn(table: Table, name: string): CodedColumn {
  const at = table.columns.indexOf(name);
  if (at < 0)
    throw new RiskError('risk.no_column', `There is no column "${name}": the table has ${table.columns.join(', ')}.`);
  const places = new Map<string, number>();
  const codes = new Int32Array(table.rows.length);
  for (const [row, values] of table.rows.entries()) {
    const value = values[at] ?? '';
    let code = places.get(value);
    if (code === undefined) {
      code = places.size;
      places.set(value, code);
    }
    codes[row] = code;
  }
  return { name, values: [...places.keys()], codes };
}

/** Rows that look alike: `classOf[row]` numbers the equivalence class, `sizes[class]` counts it. */
export interface Classes {
  readonly classOf: Int32Array;
  readonly sizes: Int32Array;
}

/**
 * Equivalence classes of coded columns. Columns are joined one by one, class number × value to a new class number, so that nothing is
 * hashed but pairs of small integers: about 0.1 µs per row and column. `start`: classes of other columns to go on from.
 */
export function classesOf(
  rows: number,
  columns: readonly { readonly codes: Int32Array; readonly size: number }[],
  start?: Classes,
): Classes {
  let classOf = start?.classOf ?? new Int32Array(rows);
  let count = start?.sizes.length ?? (rows === 0 ? 0 : 1);
  for (const { codes, size } of columns) {
    const joined = new Int32Array(rows);
    // A direct table while it is small, else a map.
    const cells = count * size;
    let next = 0;
    if (cells <= 4_194_304) {
      const place = new Int32Array(cells);
      for (let row = 0; row < rows; row++) {
        const cell = (classOf[row] as number) * size + (codes[row] as number);
        joined[row] = (place[cell] as number) === 0 ? (place[cell] = ++next) - 1 : (place[cell] as number) - 1;
      }
    } else {
      const place = new Map<number, number>();
      for (let row = 0; row < rows; row++) {
        const cell = (classOf[row] as number) * size + (codes[row] as number);
        const known = place.get(cell);
        if (known === undefined) {
          place.set(cell, next);
          joined[row] = next++;
        } else joined[row] = known;
      }
    }
    classOf = joined;
    count = next;
  }
  const sizes = new Int32Array(count);
  for (let row = 0; row < rows; row++) sizes[classOf[row] as number] = (sizes[classOf[row] as number] as number) + 1;
  return { classOf, sizes };
}

/** How often each value of a column stands in each class: `counts[class * values + value]` as a list of pairs per class. */
export function valuesByClass({ classOf, sizes }: Classes, { codes, values }: CodedColumn): Int32Array[] {
  const size = values.length;
  const order = new Int32Array(classOf.length);
  const starts = new Int32Array(sizes.length + 1);
  for (let at = 0; at < sizes.length; at++) starts[at + 1] = (starts[at] as number) + (sizes[at] as number);
  const fill = starts.slice(0, -1);
  for (let row = 0; row < classOf.length; row++) {
    const own = classOf[row] as number;
    order[fill[own] as number] = codes[row] as number;
    fill[own] = (fill[own] as number) + 1;
  }
  const seen = new Int32Array(size);
  return Array.from(sizes, (_, at) => {
    const from = starts[at] as number;
    const to = starts[at + 1] as number;
    const present: number[] = [];
    for (let place = from; place < to; place++) {
      const code = order[place] as number;
      if (seen[code] === 0) present.push(code);
      seen[code] = (seen[code] as number) + 1;
    }
    // Pairs: value, count.
    const pairs = new Int32Array(present.length * 2);
    for (const [index, code] of present.entries()) {
      pairs[index * 2] = code;
      pairs[index * 2 + 1] = seen[code] as number;
      seen[code] = 0;
    }
    return pairs;
  });
}
