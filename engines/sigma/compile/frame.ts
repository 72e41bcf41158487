import { fold } from '../text/fold.ts';
import type { SigmaEvent } from '../types.ts';
import { KeyPlans } from './key-plan.ts';
import { lookup, lookupFirst, someTextOfEvent } from './values.ts';

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

/** From here on stamps would repeat; the engine starts counting anew. */
const LAST_GENERATION = 0x7fff_fff0;

/**
 * What is known about the event being matched. A field is fetched and folded at most once per event: a stamp equal to
 * the current generation says that the remembered value belongs to this event.
 *
 * The index visits every key of a flat event anyway and says which are there (`note`, then `complete`). From then on a field
 * the event does not have costs one comparison.
 */
export class Frame {
  event: SigmaEvent = {};
  generation = 0;
  /** Slot → its event keys in order of preference. */
  readonly keys: readonly (readonly string[])[];
  /** Event key → its number, for all keys that any slot looks under. */
  readonly keyIds: ReadonlyMap<string, number>;
  readonly plans: KeyPlans;
  private readonly keyStamp: Int32Array;
  /** Slot → the numbers of its keys. */
  private readonly slotKeys: readonly (readonly number[])[];
  private readonly values: unknown[];
  private readonly valueStamp: Int32Array;
  private readonly foldedTexts: string[];
  private readonly foldedStamp: Int32Array;
  private isComplete = false;
  private texts: string[] | undefined;
  private foldedAll: string[] | undefined;

  constructor(keys: readonly (readonly string[])[]) {
    this.keys = keys;
    const keyIds = new Map<string, number>();
    this.slotKeys = keys.map((own) =>
      own.map((key) => {
        const id = keyIds.get(key) ?? keyIds.size;
        keyIds.set(key, id);
        return id;
      }),
    );
    this.keyIds = keyIds;
    this.plans = new KeyPlans(keyIds);
    this.keyStamp = new Int32Array(keyIds.size);
    this.values = Array.from({ length: keys.length }, () => undefined);
    this.valueStamp = new Int32Array(keys.length);
    this.foldedTexts = Array.from({ length: keys.length }, () => '');
    this.foldedStamp = new Int32Array(keys.length);
  }

  begin(event: SigmaEvent): void {
    this.event = event;
    this.generation++;
    this.isComplete = false;
    this.texts = undefined;
    this.foldedAll = undefined;
  }

  /** True when stamps are used up: `restart` before the next event, and forget every stamp taken from `generation`. */
  get usedUp(): boolean {
    return this.generation >= LAST_GENERATION;
  }

  restart(): void {
    this.generation = 0;
    this.keyStamp.fill(0);
    this.valueStamp.fill(0);
    this.foldedStamp.fill(0);
  }

  /** The event has the key. */
  note(keyId: number): void {
    this.keyStamp[keyId] = this.generation;
  }

  /** Every key of the event has been noted, and no value is an object: what is not there, is nowhere. */
  complete(): void {
    this.isComplete = true;
  }

  value(slot: number): unknown {
    if (this.valueStamp[slot] === this.generation) return this.values[slot];
    const value = this.isComplete
      ? this.valueOfFlat(slot)
      : lookupFirst(this.event, this.keys[slot] as readonly string[]);
    this.values[slot] = value;
    this.valueStamp[slot] = this.generation;
    return value;
  }

  private valueOfFlat(slot: number): unknown {
    const ids = this.slotKeys[slot] as readonly number[];
    for (let at = 0; at < ids.length; at++) {
      if (this.keyStamp[ids[at] as number] !== this.generation) continue;
      const value = lookup(this.event, this.keys[slot]?.[at] as string);
      if (value !== undefined) return value;
    }
    return undefined;
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
