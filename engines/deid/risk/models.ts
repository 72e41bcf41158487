/**
 * Privacy models: whether the rows of one equivalence class may be published. Each looks at the class's size and the counts of the
 * sensitive values in it.
 */
export interface ClassView {
  readonly size: number;
  /** Pairs of value and count, of the sensitive column; empty without one. */
  readonly values: Int32Array;
}

export interface PrivacyModel {
  readonly name: string;
  readonly needsSensitive: boolean;
  /** A class that holds still holds with more rows in it: fewer rows violate the more is generalised. */
  readonly upward?: boolean;
  /** An upward model that holds wherever this one does. */
  readonly needs?: PrivacyModel;
  holds(view: ClassView): boolean;
}

/** Sweeney, k-anonymity, 2002. */
export const kAnonymity = (k: number): PrivacyModel => ({
  name: `${k}-anonymity`,
  needsSensitive: false,
  upward: true,
  holds: ({ size }) => size >= k,
});

/** Machanavajjhala et al., l-diversity, 2007: at least `l` different sensitive values. */
export const distinctLDiversity = (l: number): PrivacyModel => ({
  name: `distinct ${l}-diversity`,
  needsSensitive: true,
  upward: true,
  holds: ({ values }) => values.length / 2 >= l,
});

/** Shannon entropy of the sensitive values at least log(l). */
export const entropyLDiversity = (l: number): PrivacyModel => ({
  name: `entropy ${l}-diversity`,
  needsSensitive: true,
  needs: distinctLDiversity(Math.ceil(l - 1e-9)),
  holds: (view) => entropyOf(view) >= Math.log(l),
});

/** Nats. */
export function entropyOf({ size, values }: ClassView): number {
  let sum = 0;
  for (let at = 1; at < values.length; at += 2) {
    const share = (values[at] as number) / size;
    sum -= share * Math.log(share);
  }
  return sum;
}

/** r1 < c × (r_l + … + r_m), counts in falling order. */
export const recursiveLDiversity = (c: number, l: number): PrivacyModel => ({
  name: `recursive (${c}, ${l})-diversity`,
  needsSensitive: true,
  needs: distinctLDiversity(l),
  holds({ values }) {
    const counts = Array.from({ length: values.length / 2 }, (_, at) => values[at * 2 + 1] as number).toSorted(
      (a, b) => b - a,
    );
    if (counts.length < l) return false;
    const tail = counts.slice(l - 1).reduce((sum, count) => sum + count, 0);
    return (counts[0] as number) < c * tail;
  },
});

/**
 * Li, Li and Venkatasubramanian, t-closeness, 2007, with the equal-distance earth mover's distance: half the sum of the differences between the
 * class's and the table's distribution. `ordered` values (numbers, ages) take the ordered distance instead.
 */
export function tCloseness(t: number, whole: Distribution): PrivacyModel {
  return { name: `${t}-closeness`, needsSensitive: true, holds: (view) => distanceTo(whole, view) <= t + 1e-12 };
}

/** Shares of the sensitive values in the whole table, by code; with `order` (codes in rising order) they are numbers. */
export interface Distribution {
  readonly shares: Float64Array;
  readonly order?: readonly number[];
}

export function distanceTo({ shares, order }: Distribution, { size, values }: ClassView): number {
  const own = new Float64Array(shares.length);
  for (let at = 0; at < values.length; at += 2) own[values[at] as number] = (values[at + 1] as number) / size;
  if (order === undefined || order.length < 2) {
    let sum = 0;
    for (let code = 0; code < shares.length; code++) sum += Math.abs((shares[code] as number) - (own[code] as number));
    return sum / 2;
  }
  let carried = 0;
  let sum = 0;
  for (const code of order) {
    carried += (own[code] as number) - (shares[code] as number);
    sum += Math.abs(carried);
  }
  return sum / (order.length - 1);
}

/**
 * Cao and Karras, β-likeness, 2012: no sensitive value is more than β times likelier, relative to the table, in any class; the enhanced
 * form also caps the gain at −ln p.
 */
export function betaLikeness(beta: number, { shares }: Distribution, enhanced = false): PrivacyModel {
  return {
    name: `${enhanced ? 'enhanced' : 'basic'} ${beta}-likeness`,
    needsSensitive: true,
    holds({ size, values }) {
      for (let at = 0; at < values.length; at += 2) {
        const whole = shares[values[at] as number] as number;
        const gain = ((values[at + 1] as number) / size - whole) / whole;
        if (gain > (enhanced ? Math.min(beta, -Math.log(whole)) : beta)) return false;
      }
      return true;
    },
  };
}

/** Brickell and Shmatikov, δ-disclosure privacy, 2008: |log2(class share / table share)| < δ for every sensitive value that stands in the class. */
export function deltaDisclosure(delta: number, { shares }: Distribution): PrivacyModel {
  return {
    name: `${delta}-disclosure privacy`,
    needsSensitive: true,
    holds({ size, values }) {
      for (let at = 0; at < values.length; at += 2) {
        const whole = shares[values[at] as number] as number;
        if (Math.abs(Math.log2((values[at + 1] as number) / size / whole)) >= delta) return false;
      }
      return true;
    },
  };
}
