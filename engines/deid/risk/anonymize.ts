import type { Hierarchy } from './hierarchy.ts';
import type { PrivacyModel } from './models.ts';
import { RiskError, classesOf, valuesByClass } from './table.ts';
import type { Classes, CodedColumn } from './table.ts';

/** What is lost. Both are those of ARX, to the printed digit. */
export type LossMetric = 'entropy' | 'loss';

export interface AnonymizeOptions {
  /** Columns with their hierarchies, in the order in which levels are told. */
  readonly quasi: readonly { readonly column: CodedColumn; readonly hierarchy: Hierarchy }[];
  readonly models: readonly PrivacyModel[];
  readonly sensitive?: CodedColumn;
  /** Share of rows that may be suppressed, 0..1. */
  readonly suppression: number;
  readonly metric: LossMetric;
  /** Told now and then: nodes looked at, and of how many. */
  readonly onProgress?: (looked: number, nodes: number) => void;
}

export interface Anonymized {
  /** Level per quasi-identifier. */
  readonly levels: readonly number[];
  readonly loss: number;
  readonly suppressedRows: number;
  /** Rows that are suppressed: true. */
  readonly suppressed: Uint8Array;
  /** Smallest class that is published. */
  readonly smallestClass: number;
  readonly classes: number;
  /** Nodes of the lattice, and how many of them were looked at. */
  readonly nodes: number;
  readonly looked: number;
}

/**
 * The optimal full-domain generalisation: of all combinations of levels whose violating rows stay within the suppression limit, the one that
 * loses least; undefined when there is none.
 *
 * Best first: what a combination loses without any suppression is a sum over columns that is known beforehand and never more than what it loses
 * in the end. So combinations are looked at in the order of that bound, and the search is over when the bound passes the best loss found:
 * exact, and mostly after a few of thousands of nodes.
 *
 * @throws RiskError `anonymize.options`
 */
export function anonymize(options: AnonymizeOptions): Anonymized | undefined {
  const { quasi, models, sensitive, suppression } = options;
  if (quasi.length === 0)
    throw new RiskError('anonymize.options', 'At least one quasi-identifier with a hierarchy is needed.');
  if (!(suppression >= 0 && suppression <= 1))
    throw new RiskError('anonymize.options', 'The suppression limit is a share from 0 to 1.');
  const lacking = models.find((model) => model.needsSensitive && sensitive === undefined);
  if (lacking !== undefined) throw new RiskError('anonymize.options', `${lacking.name} needs a sensitive column.`);
  const rows = quasi[0]?.column.codes.length ?? 0;
  const most = Math.floor(suppression * rows + 1e-9);
  const metric = options.metric === 'entropy' ? entropyMetric(options, rows) : shareMetric(options, rows);
  const nodes = allNodes(quasi.map(({ hierarchy }) => hierarchy.levels.length));
  const bounds = Float64Array.from(nodes, (levels) => metric.bound(levels));
  const order = Array.from(nodes.keys()).toSorted((a, b) => (bounds[a] as number) - (bounds[b] as number) || a - b);
  const lattice = createLattice(options, rows, most);
  let best: Anonymized | undefined;
  for (const at of order) {
    if (best !== undefined && (bounds[at] as number) >= best.loss) break;
    const levels = nodes[at] as readonly number[];
    const node = lattice.look(levels);
    if (lattice.looked % 50 === 0) options.onProgress?.(lattice.looked, nodes.length);
    if (node === undefined) continue;
    const loss = metric.loss(levels, node.suppressed, node.suppressedRows);
    if (best === undefined || loss < best.loss) best = { ...node, levels, loss, nodes: nodes.length, looked: 0 };
  }
  return best === undefined ? undefined : { ...best, looked: lattice.looked };
}

/** Every combination of levels, the last column fastest. */
function allNodes(depths: readonly number[]): number[][] {
  const count = depths.reduce((product, depth) => product * depth, 1);
  if (count > 5_000_000)
    throw new RiskError(
      'anonymize.options',
      `${count} combinations of levels are too many: give fewer columns or levels.`,
    );
  return Array.from({ length: count }, (_, index) => {
    let rest = index;
    const levels = depths.map(() => 0);
    for (let at = depths.length - 1; at >= 0; at--) {
      levels[at] = rest % (depths[at] as number);
      rest = Math.floor(rest / (depths[at] as number));
    }
    return levels;
  });
}

type Node = Pick<Anonymized, 'suppressed' | 'suppressedRows' | 'smallestClass' | 'classes'>;

interface Lattice {
  /** Nodes whose rows were grouped so far. */
  readonly looked: number;
  /** The node, or undefined when more rows violate than may be suppressed. */
  look(levels: readonly number[]): Node | undefined;
}

/**
 * Groups rows node by node, and remembers what cannot be: where an upward model (k-anonymity, distinct l-diversity) is violated by too many rows, it is by
 * as many below. From a violating node the search climbs towards the top and keeps the highest violating node it finds (Kohlmayer et al., Flash, 2012).
 */
function createLattice({ quasi, models, sensitive }: AnonymizeOptions, rows: number, most: number): Lattice {
  const top = quasi.map(({ hierarchy }) => hierarchy.levels.length - 1);
  const upward = models.flatMap((model) =>
    model.upward === true ? [model] : model.needs === undefined ? [] : [model.needs],
  );
  const impossible: (readonly number[])[] = [];
  const below = (levels: readonly number[], node: readonly number[]): boolean =>
    levels.every((level, at) => level <= (node[at] as number));
  /** Classes of the first columns: neighbours in the lattice share them. */
  const half = Math.ceil(quasi.length / 2);
  const kept = new Map<string, Classes>();
  let looked = 0;

  function column(at: number, level: number): { codes: Int32Array; size: number } {
    const { column: own, hierarchy } = quasi[at] as AnonymizeOptions['quasi'][number];
    const labels = hierarchy.levels[level] as Int32Array;
    return { codes: own.codes.map((code) => labels[code] as number), size: hierarchy.labels[level]?.length ?? 1 };
  }

  function group(levels: readonly number[]): Classes {
    looked++;
    const key = levels.slice(0, half).join();
    let first = kept.get(key);
    if (first === undefined) {
      first = classesOf(
        rows,
        levels.slice(0, half).map((level, at) => column(at, level)),
      );
      if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string);
      kept.set(key, first);
    }
    return classesOf(
      rows,
      levels.slice(half).map((level, at) => column(at + half, level)),
      first,
    );
  }

  /** Classes that violate, by number; undefined beyond the limit. */
  function violating(classes: Classes, checked: readonly PrivacyModel[]): Uint8Array | undefined {
    const pairs =
      sensitive === undefined || !checked.some((model) => model.needsSensitive)
        ? undefined
        : valuesByClass(classes, sensitive);
    const bad = new Uint8Array(classes.sizes.length);
    let count = 0;
    for (let at = 0; at < bad.length; at++) {
      const size = classes.sizes[at] as number;
      if (checked.every((model) => model.holds({ size, values: pairs?.[at] ?? NO_VALUES }))) continue;
      bad[at] = 1;
      count += size;
      if (count > most) return undefined;
    }
    return bad;
  }

  /** From a violating node towards the top, by halves: the last node on the way that still violates. */
  function climb(levels: readonly number[]): readonly number[] {
    const way: (readonly number[])[] = [levels];
    for (let node = levels; !below(top, node);) {
      // The column that is furthest from its top is raised.
      const at = node.reduce(
        (furthest, level, column) =>
          (top[column] as number) - level > (top[furthest] as number) - (node[furthest] as number) ? column : furthest,
        0,
      );
      node = node.map((level, column) => (column === at ? level + 1 : level));
      way.push(node);
    }
    let low = 0;
    let high = way.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (violating(group(way[middle] as readonly number[]), upward) === undefined) low = middle;
      else high = middle - 1;
    }
    return way[low] as readonly number[];
  }

  return {
    get looked() {
      return looked;
    },
    look(levels) {
      if (impossible.some((node) => below(levels, node))) return undefined;
      const classes = group(levels);
      if (upward.length > 0 && violating(classes, upward) === undefined) {
        impossible.unshift(climb(levels));
        return undefined;
      }
      const bad = violating(classes, models);
      if (bad === undefined) return undefined;
      const suppressed = new Uint8Array(rows);
      let suppressedRows = 0;
      for (let row = 0; row < rows; row++) {
        suppressed[row] = bad[classes.classOf[row] as number] as number;
        suppressedRows += suppressed[row] as number;
      }
      const published = Array.from(classes.sizes).filter((_, at) => bad[at] === 0);
      return {
        suppressed,
        suppressedRows,
        classes: published.length,
        smallestClass: published.length === 0 ? 0 : published.reduce((least, size) => Math.min(least, size)),
      };
    },
  };
}

const MOST_KEPT = 256;
const NO_VALUES = new Int32Array(0);

interface Metric {
  /** What the levels lose before any row is suppressed. */
  bound(levels: readonly number[]): number;
  loss(levels: readonly number[], suppressed: Uint8Array, count: number): number;
}

/**
 * Non-uniform entropy (Gionis and Tassa, 2009, as in ARX's PrecomputedEntropyMetric): −log2(count of the value / count of its generalisation)
 * over all rows and columns; suppressed rows add the entropy of their generalised values among themselves. Bits.
 */
function entropyMetric({ quasi }: AnonymizeOptions, rows: number): Metric {
  const generalisation = quasi.map(({ column, hierarchy }) => {
    const counts = new Float64Array(column.values.length);
    for (let row = 0; row < rows; row++)
      counts[column.codes[row] as number] = (counts[column.codes[row] as number] as number) + 1;
    return hierarchy.levels.map((level, depth) => {
      const general = new Float64Array(hierarchy.labels[depth]?.length ?? 0);
      for (const [code, label] of level.entries())
        general[label] = (general[label] as number) + (counts[code] as number);
      let bits = 0;
      for (const [code, label] of level.entries())
        if ((counts[code] as number) > 0)
          bits -= (counts[code] as number) * Math.log2((counts[code] as number) / (general[label] as number));
      return bits;
    });
  });
  const bound = (levels: readonly number[]): number =>
    levels.reduce((sum, level, at) => sum + (generalisation[at]?.[level] ?? 0), 0);
  return {
    bound,
    loss(levels, suppressed, count) {
      let bits = bound(levels);
      if (count === 0) return bits;
      for (const [at, { column, hierarchy }] of quasi.entries()) {
        const level = hierarchy.levels[levels[at] as number] as Int32Array;
        const counts = new Float64Array(hierarchy.labels[levels[at] as number]?.length ?? 0);
        for (let row = 0; row < rows; row++)
          if (suppressed[row] === 1) {
            const label = level[column.codes[row] as number] as number;
            counts[label] = (counts[label] as number) + 1;
          }
        for (const value of counts) if (value > 0) bits -= value * Math.log2(value / count);
      }
      return bits;
    },
  };
}

/**
 * Loss (Iyengar, 2002, as in ARX's LossMetric): per column the mean share of the domain a value stands for, a suppressed one all of it, scaled so
 * that no generalisation is 0 and all of it 1; columns are joined by the geometric mean of 1 + loss, less 1.
 */
function shareMetric({ quasi }: AnonymizeOptions, rows: number): Metric {
  const shareOf = quasi.map(({ hierarchy }) =>
    hierarchy.levels.map((level, depth) => Float64Array.from(level, (label) => hierarchy.shares[depth]?.[label] ?? 1)),
  );
  const scaled = (sum: number, at: number): number => {
    const least = rows * (shareOf[at]?.[0]?.[0] ?? 0);
    return rows - least <= 0 ? 0 : Math.max(0, (sum - least) / (rows - least));
  };
  // By value, not by row: fewer additions, and a sum that does not drift.
  const sums = quasi.map(({ column }, at) => {
    const counts = new Float64Array(column.values.length);
    for (const code of column.codes) counts[code] = (counts[code] as number) + 1;
    return (shareOf[at] ?? []).map((shares) =>
      shares.reduce((sum, share, code) => sum + share * (counts[code] as number), 0),
    );
  });
  const joined = (perColumn: readonly number[]): number =>
    perColumn.reduce((product, value) => product * (value + 1), 1) ** (1 / perColumn.length) - 1;
  return {
    bound: (levels) => joined(levels.map((level, at) => scaled(sums[at]?.[level] ?? 0, at))),
    loss: (levels, suppressed, count) =>
      joined(
        levels.map((level, at) => {
          const shares = shareOf[at]?.[level] as Float64Array;
          let sum = sums[at]?.[level] ?? 0;
          if (count > 0) {
            const codes = quasi[at]?.column.codes as Int32Array;
            for (let row = 0; row < rows; row++)
              if (suppressed[row] === 1) sum += 1 - (shares[codes[row] as number] as number);
          }
          return scaled(sum, at);
        }),
      ),
  };
}

/** The table after {@link anonymize}: labels of the levels, `*` in the quasi-identifiers of suppressed rows. */
export function generalised(
  quasi: AnonymizeOptions['quasi'],
  { levels, suppressed }: Pick<Anonymized, 'levels' | 'suppressed'>,
): (row: number) => string[] {
  return (row) =>
    quasi.map(({ column, hierarchy }, at) => {
      if (suppressed[row] === 1) return '*';
      const level = levels[at] as number;
      return hierarchy.labels[level]?.[hierarchy.levels[level]?.[column.codes[row] as number] as number] ?? '*';
    });
}
