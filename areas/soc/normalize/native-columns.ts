/**
 * Columns of ClickHouse's Native format (one block), as the `events` table needs them. The engine takes this form at a thirtieth of the cost of
 * JSON: no parsing, and names that repeat travel once per block. Layout: ClickHouse's SerializationString, -LowCardinality, -Array, -Map.
 *
 * Columns are filled, written with `finish`, emptied with `reset` and filled again: what they have grown to they keep, so that a busy worker
 * allocates nothing but the finished block.
 */
const INITIAL_BYTES = 512;
const INITIAL_ROWS = 64;
/** A column that grew beyond this for one block gives the memory back. */
const KEEP_BYTES = 16 * 1024 * 1024;

/** Bytes that grow. */
export class ByteWriter {
  bytes: Buffer<ArrayBuffer>;
  length = 0;

  constructor(initial = INITIAL_BYTES) {
    this.bytes = Buffer.allocUnsafeSlow(initial);
  }

  room(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  varint(value: number): void {
    this.room(10);
    let rest = value;
    while (rest > 127) {
      this.bytes[this.length++] = (rest & 127) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  /** A length and UTF-8. Lone surrogates become U+FFFD. */
  text(value: string): void {
    const { length } = value;
    if (length < 32) {
      this.room(length * 3 + 2);
      const { bytes } = this;
      const start = this.length + 1;
      let i = 0;
      for (; i < length; i += 1) {
        const code = value.charCodeAt(i);
        if (code > 127) break;
        bytes[start + i] = code;
      }
      if (i === length) {
        bytes[this.length] = length;
        this.length = start + length;
        return;
      }
    }
    // The length is not known before writing: a varint of fixed width is padded, which the format allows.
    const width = length * 3 < 128 ? 1 : length * 3 < 16_384 ? 2 : 4;
    this.room(length * 3 + width);
    const written = this.bytes.write(value, this.length + width, 'utf8');
    let rest = written;
    for (let i = 0; i < width; i += 1) {
      this.bytes[this.length + i] = (rest & 127) | (i < width - 1 ? 128 : 0);
      rest = Math.floor(rest / 128);
    }
    this.length += width + written;
  }

  /** Up to 2^53. */
  uint64(value: number): void {
    this.room(8);
    this.bytes.writeUInt32LE(value % 4_294_967_296, this.length);
    this.length = this.bytes.writeUInt32LE(Math.floor(value / 4_294_967_296), this.length + 4);
  }
  append(other: Uint8Array): void {
    this.room(other.length);
    this.bytes.set(other, this.length);
    this.length += other.length;
  }
  taken(): Buffer<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }
  reset(): void {
    this.length = 0;
    if (this.bytes.length > KEEP_BYTES) this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }
}

export interface NativeColumn {
  /** No more bytes than this will be written. */
  readonly size: number;
  /** Writes the column's data of the block. */
  finish(out: ByteWriter): void;
  reset(): void;
}

/** Unsigned numbers of 16 or 32 bits that grow. The platforms Node runs on are little-endian, as the format is. */
class NumberList {
  values: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
  count = 0;
  readonly #wide: boolean;
  constructor(wide: boolean) {
    this.#wide = wide;
    this.values = wide ? new Uint32Array(INITIAL_ROWS) : new Uint16Array(INITIAL_ROWS);
  }
  push(value: number): void {
    if (this.count === this.values.length) {
      const grown = this.#wide ? new Uint32Array(this.count * 2) : new Uint16Array(this.count * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.count++] = value;
  }
  taken(): Uint8Array {
    return new Uint8Array(this.values.buffer, 0, this.count * this.values.BYTES_PER_ELEMENT);
  }
}

/** Serialization version and index flags of LowCardinality (SerializationLowCardinality.cpp): keys travel with each block. */
const KEYS_WITH_BLOCK = 0x600;

/** LowCardinality(String): each value once, and a small number per row. */
export class LowCardinalityColumn implements NativeColumn {
  #index = new Map<string, number>([['', 0]]);
  readonly #keys = new ByteWriter();
  readonly #rows = new NumberList(true);
  #last = '';
  #lastAt = 0;

  constructor() {
    this.#keys.text('');
  }

  get count(): number {
    return this.#rows.count;
  }
  get size(): number {
    return this.#keys.length + this.#rows.count * 4 + 32;
  }

  /** The number the value has in this block. */
  indexOf(value: string): number {
    let at = this.#index.get(value);
    if (at === undefined) {
      at = this.#index.size;
      this.#index.set(value, at);
      this.#keys.text(value);
    }
    return at;
  }

  push(value: string): void {
    // Neighbours often have the same value.
    if (value !== this.#last) {
      this.#lastAt = this.indexOf(value);
      this.#last = value;
    }
    this.#rows.push(this.#lastAt);
  }

  /** A value by its `indexOf`. */
  pushIndex(at: number): void {
    this.#rows.push(at);
  }

  /** The state prefix, which for a nested column stands before the outer column's offsets. */
  prefix(out: ByteWriter): void {
    out.uint64(1);
  }

  data(out: ByteWriter): void {
    const { count } = this.#rows;
    if (count === 0) return;
    const { size } = this.#index;
    const width = size <= 256 ? 0 : size <= 65_536 ? 1 : 2;
    out.uint64(KEYS_WITH_BLOCK | width);
    out.uint64(size);
    out.append(this.#keys.taken());
    out.uint64(count);
    const rows = this.#rows.values.subarray(0, count);
    if (width === 2) out.append(this.#rows.taken());
    else if (width === 0) out.append(Uint8Array.from(rows));
    else out.append(new Uint8Array(Uint16Array.from(rows).buffer));
  }

  finish(out: ByteWriter): void {
    this.prefix(out);
    this.data(out);
  }

  reset(): void {
    this.#index = new Map([['', 0]]);
    this.#keys.reset();
    this.#keys.text('');
    this.#rows.count = 0;
    this.#last = '';
    this.#lastAt = 0;
  }
}

export class TextColumn implements NativeColumn {
  readonly writer = new ByteWriter();
  get size(): number {
    return this.writer.length;
  }
  push(value: string): void {
    this.writer.text(value);
  }
  finish(out: ByteWriter): void {
    out.append(this.writer.taken());
  }
  reset(): void {
    this.writer.reset();
  }
}

/** Numbers of 2 or 4 bytes. */
export class NumberColumn implements NativeColumn {
  readonly #list: NumberList;
  constructor(width: 2 | 4) {
    this.#list = new NumberList(width === 4);
  }
  get size(): number {
    return this.#list.count * 4;
  }
  push(value: number): void {
    this.#list.push(value);
  }
  finish(out: ByteWriter): void {
    out.append(this.#list.taken());
  }
  reset(): void {
    this.#list.count = 0;
  }
}

const HIGH = 4_294_967_296;

/** Numbers of 8 bytes, as two halves. */
export class LongColumn implements NativeColumn {
  readonly #halves = new NumberList(true);
  #low = 0;
  #high = 0;
  #of: number | undefined;
  get size(): number {
    return this.#halves.count * 4;
  }
  /** Up to 2^53. */
  push(value: number): void {
    if (value !== this.#of) {
      this.#of = value;
      this.#low = value % HIGH;
      this.#high = Math.floor(value / HIGH);
    }
    this.pushHalves(this.#low, this.#high);
  }
  pushHalves(low: number, high: number): void {
    this.#halves.push(low);
    this.#halves.push(high);
  }
  finish(out: ByteWriter): void {
    out.append(this.#halves.taken());
  }
  reset(): void {
    this.#halves.count = 0;
  }
}

/** Array(LowCardinality(String)) and Array(String). */
export class ListColumn implements NativeColumn {
  readonly #items: LowCardinalityColumn | TextColumn;
  readonly #offsets = new LongColumn();
  #total = 0;
  constructor(items: LowCardinalityColumn | TextColumn) {
    this.#items = items;
  }
  get size(): number {
    return this.#items.size + this.#offsets.size;
  }
  push(values: readonly string[] | undefined): void {
    if (values !== undefined) {
      for (const value of values) this.#items.push(value);
      this.#total += values.length;
    }
    this.#offsets.push(this.#total);
  }
  finish(out: ByteWriter): void {
    const items = this.#items;
    if (items instanceof LowCardinalityColumn) {
      items.prefix(out);
      this.#offsets.finish(out);
      items.data(out);
    } else {
      this.#offsets.finish(out);
      items.finish(out);
    }
  }
  reset(): void {
    this.#items.reset();
    this.#offsets.reset();
    this.#total = 0;
  }
}

/** Map(LowCardinality(String), String): `entry` any number of times, then `endRow`. */
export class MapColumn implements NativeColumn {
  readonly #keys = new LowCardinalityColumn();
  readonly values = new ByteWriter();
  readonly #offsets = new LongColumn();
  get size(): number {
    return this.#keys.size + this.values.length + this.#offsets.size;
  }
  /** The number a name has in this block. */
  keyOf(name: string): number {
    return this.#keys.indexOf(name);
  }
  entry(key: number, value: string): void {
    this.#keys.pushIndex(key);
    this.values.text(value);
  }
  endRow(): void {
    this.#offsets.push(this.#keys.count);
  }
  finish(out: ByteWriter): void {
    this.#keys.prefix(out);
    this.#offsets.finish(out);
    this.#keys.data(out);
    out.append(this.values.taken());
  }
  reset(): void {
    this.#keys.reset();
    this.values.reset();
    this.#offsets.reset();
  }
}
