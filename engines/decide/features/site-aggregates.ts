import type { Sections } from './snapshot.ts';
import { HyperLogLog } from '../sketch/hyper-log-log.ts';

const SECONDS = 64;

/**
 * What the whole site does, second by second for the last minute; read once per tick (nearline), so that the price of
 * looking at a minute is paid once and not per request.
 */
export class SiteAggregates {
  private readonly seconds = new Float64Array(SECONDS);
  private readonly requests = new Uint32Array(SECONDS);
  private readonly books = new Uint32Array(SECONDS);
  private readonly failures = new Uint32Array(SECONDS);
  private readonly newDevices = new Uint32Array(SECONDS);
  private readonly devices: readonly [HyperLogLog, HyperLogLog] = [new HyperLogLog(10), new HyperLogLog(10)];
  private minute = 0;
  /** As of the last tick. */
  requests10s = 0;
  requests60s = 0;
  books10s = 0;
  failureShare60s = 0;
  newDeviceShare60s = 0;
  devices60s = 0;

  add(at: number, device: number | undefined, newDevice: boolean, book: boolean, failed: boolean): void {
    const second = Math.floor(at / 1000);
    const cell = second % SECONDS;
    if (this.seconds[cell] !== second) {
      if (second < (this.seconds[cell] as number)) return;
      this.seconds[cell] = second;
      this.requests[cell] = 0;
      this.books[cell] = 0;
      this.failures[cell] = 0;
      this.newDevices[cell] = 0;
    }
    this.requests[cell] = (this.requests[cell] as number) + 1;
    if (book) this.books[cell] = (this.books[cell] as number) + 1;
    if (failed) this.failures[cell] = (this.failures[cell] as number) + 1;
    if (newDevice) this.newDevices[cell] = (this.newDevices[cell] as number) + 1;
    if (device === undefined) return;
    this.turn(second);
    this.devices[this.minute & 1]?.add(device);
  }

  private turn(second: number): void {
    const minute = Math.floor(second / 60);
    if (minute <= this.minute) return;
    if (minute - this.minute > 1) this.devices[(minute + 1) & 1]?.clear();
    this.devices[minute & 1]?.clear();
    this.minute = minute;
  }

  tick(now: number): void {
    const second = Math.floor(now / 1000);
    this.turn(second);
    let [short, long, books, failures, fresh] = [0, 0, 0, 0, 0];
    for (let cell = 0; cell < SECONDS; cell++) {
      const age = second - (this.seconds[cell] as number);
      if (age < 0 || age >= 60) continue;
      long += this.requests[cell] as number;
      failures += this.failures[cell] as number;
      fresh += this.newDevices[cell] as number;
      if (age >= 10) continue;
      short += this.requests[cell] as number;
      books += this.books[cell] as number;
    }
    this.requests10s = short;
    this.requests60s = long;
    this.books10s = books;
    this.failureShare60s = long === 0 ? 0 : failures / long;
    this.newDeviceShare60s = long === 0 ? 0 : fresh / long;
    // The minute that runs and the share of the last one that is still inside.
    const inside = 1 - ((now / 1000) % 60) / 60;
    const [current, before] = [this.devices[this.minute & 1], this.devices[(this.minute + 1) & 1]];
    this.devices60s = Math.round((current?.estimate() ?? 0) + inside * (before?.estimate() ?? 0));
  }

  save(): Sections[string] {
    const { seconds, requests, books, failures, newDevices } = this;
    const [even, odd] = this.devices.map(({ registers }) => registers) as [Uint8Array, Uint8Array];
    return { seconds, requests, books, failures, newDevices, even, odd, minute: Float64Array.of(this.minute) };
  }

  load(saved: Sections[string]): boolean {
    const { seconds, requests, books, failures, newDevices, even, odd, minute } = saved;
    if (even?.length !== this.devices[0].registers.length || odd?.length !== even.length) return false;
    for (const [own, other] of [
      [this.requests, requests],
      [this.books, books],
      [this.failures, failures],
      [this.newDevices, newDevices],
      [this.seconds, seconds],
    ] as const) {
      if (other?.length !== SECONDS) return false;
      own.set(other);
    }
    this.devices[0].registers.set(even);
    this.devices[1].registers.set(odd);
    this.minute = minute?.[0] ?? 0;
    return true;
  }
}
