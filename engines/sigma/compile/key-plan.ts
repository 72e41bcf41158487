/** More kinds of events than this share one plan. */
const MAX_PLANS = 64;
/** Keys of an event that a plan covers. */
const MAX_KEYS = 256;

/**
 * The numbers of the keys of events of one kind, in order. Events of a kind mostly have the same keys in the same order, so asking whether
 * the next key is the expected one, a comparison of addresses, replaces a look-up in a table.
 */
export class KeyPlan {
  readonly keys: string[] = [];
  /** -1 for a key that no rule looks at. */
  readonly ids: number[] = [];
  private readonly known: ReadonlyMap<string, number>;

  constructor(known: ReadonlyMap<string, number>) {
    this.known = known;
  }

  /** The number of a key that is not the expected one; from now on it is. */
  correct(at: number, key: string): number {
    const id = this.known.get(key) ?? -1;
    if (at < MAX_KEYS && at <= this.keys.length) {
      this.keys[at] = key;
      this.ids[at] = id;
    }
    return id;
  }
}

/** The plans of all kinds of events. A kind is known by its first key. */
export class KeyPlans {
  private readonly known: ReadonlyMap<string, number>;
  private readonly plans = new Map<string, KeyPlan>();
  private last: KeyPlan;

  constructor(known: ReadonlyMap<string, number>) {
    this.known = known;
    this.last = new KeyPlan(known);
  }

  /** The plan for events whose first key this is. */
  of(first: string): KeyPlan {
    if (this.last.keys[0] === first) return this.last;
    let plan = this.plans.get(first);
    if (plan === undefined) {
      plan = this.plans.size < MAX_PLANS ? new KeyPlan(this.known) : this.last;
      if (this.plans.size < MAX_PLANS) this.plans.set(first, plan);
    }
    this.last = plan;
    return plan;
  }
}
