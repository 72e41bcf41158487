import { CountMin } from './count-min.ts';

/** Two count-min sketches that take turns: counts cover the running period and the one before. */
export class RotatingCountMin {
  readonly sketches: readonly [CountMin, CountMin];
  private readonly periodMs: number;
  private period = 0;

  constructor(width: number, depth: number, periodMs: number) {
    this.sketches = [new CountMin(width, depth), new CountMin(width, depth)];
    this.periodMs = periodMs;
  }

  add(word: number, at: number): number {
    this.turn(at);
    const before = (this.sketches[(this.period + 1) & 1] as CountMin).estimate(word);
    return (this.sketches[this.period & 1] as CountMin).add(word) + before;
  }

  estimate(word: number): number {
    return this.sketches[0].estimate(word) + this.sketches[1].estimate(word);
  }

  private turn(at: number): void {
    const period = Math.floor(at / this.periodMs);
    if (period <= this.period) return;
    if (period - this.period > 1) this.sketches[(period + 1) & 1]?.clear();
    this.sketches[period & 1]?.clear();
    this.period = period;
  }

  save(): Record<string, Uint32Array> {
    const [even, odd] = this.sketches;
    return { even: even.cells, odd: odd.cells, period: Uint32Array.of(this.period) };
  }

  load(saved: Record<string, ArrayLike<number>>): boolean {
    const { even, odd, period } = saved;
    if (even?.length !== this.sketches[0].cells.length || odd?.length !== even.length) return false;
    this.sketches[0].cells.set(even);
    this.sketches[1].cells.set(odd);
    this.period = period?.[0] ?? 0;
    return true;
  }

  get bytes(): number {
    return this.sketches[0].cells.byteLength * 2;
  }
}
