/**
 * Follows how many different rules occur in the order of the correlation's list, event by event, without going back:
 * per last rule and number of rules it keeps the latest place at which such a chain can begin. A window has a chain
 * when that place is not before its start, so that events that leave need no work. Events of the same millisecond count
 * as being in order, whichever came first. An event costs at most (number of rules)² steps per rule seen in its millisecond.
 */
export class OrderTracker {
  private readonly rules: number;
  /** `latest[rule * rules + length - 1]`: where the latest chain of `length` rules that ends with `rule` begins. */
  private readonly latest: Float64Array;
  /** Over all last rules. */
  private readonly best: Float64Array;
  /** Per rule: place of its last event in the current millisecond. */
  private readonly here: Float64Array;
  private now = Number.NaN;
  private previous = -1;

  constructor(rules: number) {
    this.rules = rules;
    this.latest = new Float64Array(rules * rules).fill(-1);
    this.best = new Float64Array(rules).fill(-1);
    this.here = new Float64Array(rules).fill(-1);
  }

  clear(): void {
    this.latest.fill(-1);
    this.best.fill(-1);
    this.here.fill(-1);
    this.now = Number.NaN;
    this.previous = -1;
  }

  /** An event at `place`, which grows by each event; `at` may not go back. */
  push(place: number, at: number, rule: number): void {
    const sameTime = at === this.now;
    if (!sameTime) {
      // In a run of one rule only chains of one rule can begin later.
      if (rule === this.previous) {
        this.here[rule] = place;
        this.now = at;
        this.set(rule, 0, place);
        return;
      }
      this.here.fill(-1);
      this.now = at;
    }
    this.previous = sameTime ? -1 : rule;
    this.here[rule] = place;
    this.relax(rule, place);
    if (!sameTime) return;
    for (let later = rule + 1; later < this.rules; later++) {
      const there = this.here[later] as number;
      if (there >= 0) this.relax(later, there);
    }
  }

  /** Whether a chain of `length` rules begins at `from` or later. */
  reaches(length: number, from: number): boolean {
    return length <= this.rules && (this.best[length - 1] as number) >= from;
  }

  /** The longest chain that begins at `from` or later. */
  longest(from: number): number {
    for (let length = this.rules; length > 0; length--) if (this.reaches(length, from)) return length;
    return 0;
  }

  private relax(rule: number, place: number): void {
    const { rules, latest } = this;
    this.set(rule, 0, place);
    for (let length = 1; length <= rule; length++) {
      let begin = -1;
      for (let before = length - 1; before < rule; before++) {
        const found = latest[before * rules + length - 1] as number;
        if (found > begin) begin = found;
      }
      if (begin < 0) return;
      this.set(rule, length, Math.min(begin, place));
    }
  }

  private set(rule: number, length: number, begin: number): void {
    const slot = rule * this.rules + length;
    if (begin > (this.latest[slot] as number)) this.latest[slot] = begin;
    if (begin > (this.best[length] as number)) this.best[length] = begin;
  }
}
