import { fold } from '../text/fold.ts';
import type { SigmaEvent } from '../types.ts';
import { lookup, someTextOfEvent } from './values.ts';

/** Interned lists of event keys: one number per distinct field of the loaded rules. */
export class Slots {
  readonly keys: (readonly string[])[] = [];
  private readonly ids = new Map<string, number>();

  of(keys: readonly string[]): number {
    const name = keys.join('\u0000');
    let id = this.ids.get(name);
    if (id === undefined) {
      id = this.keys.length;
      this.ids.set(name, id);
      this.keys.push(keys);
    }
    return id;
  }
}

/**
 * What is known about the event being matched. A field is fetched and folded at most once per event: a stamp equal to
 * the current generation says that the remembered value belongs to this event.
 */
export class Frame {
  event: SigmaEvent = {};
  generation = 0;
  private readonly values: unknown[];
  private readonly valueStamp: Int32Array;
  private readonly foldedTexts: string[];
  private readonly foldedStamp: Int32Array;
  private texts: string[] | undefined;
  private foldedAll: string[] | undefined;
  readonly keys: readonly (readonly string[])[];

  constructor(keys: readonly (readonly string[])[]) {
    this.keys = keys;
    this.values = Array.from({ length: keys.length }, () => undefined);
    this.valueStamp = new Int32Array(keys.length);
    this.foldedTexts = Array.from({ length: keys.length }, () => '');
    this.foldedStamp = new Int32Array(keys.length);
  }

  begin(event: SigmaEvent): void {
    this.event = event;
    this.generation = (this.generation + 1) | 0;
    this.texts = undefined;
    this.foldedAll = undefined;
  }

  value(slot: number): unknown {
    if (this.valueStamp[slot] === this.generation) return this.values[slot];
    const keys = this.keys[slot] as readonly string[];
    let value: unknown;
    for (let at = 0; at < keys.length && value === undefined; at++) value = lookup(this.event, keys[at] as string);
    this.values[slot] = value;
    this.valueStamp[slot] = this.generation;
    return value;
  }

  /** The folded text of a slot whose value is the given string. */
  folded(slot: number, text: string): string {
    if (this.foldedStamp[slot] === this.generation) return this.foldedTexts[slot] as string;
    const folded = fold(text);
    this.foldedTexts[slot] = folded;
    this.foldedStamp[slot] = this.generation;
    return folded;
  }

  /** Every scalar of the event as text, for keywords. */
  allTexts(folded: boolean): readonly string[] {
    if (this.texts === undefined) {
      const texts: string[] = [];
      someTextOfEvent(this.event, (text) => {
        texts.push(text);
        return false;
      });
      this.texts = texts;
    }
    if (!folded) return this.texts;
    this.foldedAll ??= this.texts.map(fold);
    return this.foldedAll;
  }
}
