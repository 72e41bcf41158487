/**
 * Columns of ClickHouse's Native format (one block), as the `events` table needs them. The engine takes this form at a third of the cost of
 * JSON: no parsing, and names that repeat travel once per block. Layout: ClickHouse's SerializationString, -LowCardinality, -Array, -Map.
 */
const INITIAL_BYTES = 512;

/** Bytes that grow. */
export class ByteWriter {
  bytes: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  length = 0;

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

  uint16(value: number): void {
    this.room(2);
    this.length = this.bytes.writeUInt16LE(value, this.length);
  }
  uint32(value: number): void {
    this.room(4);
    this.length = this.bytes.writeUInt32LE(value, this.length);
  }
  /** Up to 2^53. */
  uint64(value: number): void {
    this.room(8);
    this.bytes.writeUInt32LE(value % 4_294_967_296, this.length);
    this.length = this.bytes.writeUInt32LE(Math.floor(value / 4_294_967_296), this.length + 4);
  }
  bigUint64(value: bigint): void {
    this.room(8);
    this.length = this.bytes.writeBigUInt64LE(value, this.length);
  }
  append(other: Uint8Array): void {
    this.room(other.length);
    this.bytes.set(other, this.length);
    this.length += other.length;
  }
  taken(): Buffer<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }
}

export interface NativeColumn {
  /** Writes the column's data of the block. */
  finish(out: ByteWriter): void;
}

/** Serialization version and index flags of LowCardinality (SerializationLowCardinality.cpp): keys travel with each block. */
const KEYS_WITH_BLOCK = 0x600;

/** LowCardinality(String): each value once, and a small number per row. */
export class LowCardinalityColumn implements NativeColumn {
  readonly #index = new Map<string, number>([['', 0]]);
  readonly #keys = new ByteWriter();
  #rows = new Uint32Array(64);
  count = 0;

  constructor() {
    this.#keys.text('');
  }

  push(value: string): void {
    let at = this.#index.get(value);
    if (at === undefined) {
      at = this.#index.size;
      this.#index.set(value, at);
      this.#keys.text(value);
    }
    if (this.count === this.#rows.length) {
      const grown = new Uint32Array(this.#rows.length * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#rows[this.count++] = at;
  }

  /** The state prefix, which for a nested column stands before the outer column's offsets. */
  prefix(out: ByteWriter): void {
    out.uint64(1);
  }

  data(out: ByteWriter): void {
    if (this.count === 0) return;
    const size = this.#index.size;
    const width = size <= 256 ? 0 : size <= 65_536 ? 1 : 2;
    out.uint64(KEYS_WITH_BLOCK | width);
    out.uint64(size);
    out.append(this.#keys.taken());
    out.uint64(this.count);
    const rows = this.#rows.subarray(0, this.count);
    if (width === 0) out.append(Uint8Array.from(rows));
    else {
      // The platforms Node runs on here are little-endian, as the format is.
      const wide = width === 1 ? Uint16Array.from(rows) : rows;
      out.append(new Uint8Array(wide.buffer, wide.byteOffset, wide.byteLength));
    }
  }

  finish(out: ByteWriter): void {
    this.prefix(out);
    this.data(out);
  }
}

export class TextColumn implements NativeColumn {
  readonly writer = new ByteWriter();
  push(value: string): void {
    this.writer.text(value);
  }
  finish(out: ByteWriter): void {
    out.append(this.writer.taken());
  }
}

/** Numbers of 2, 4 or 8 bytes. */
export class NumberColumn implements NativeColumn {
  readonly writer = new ByteWriter();
  readonly #width: 2 | 4 | 8;
  constructor(width: 2 | 4 | 8) {
    this.#width = width;
  }
  push(value: number): void {
    if (this.#width === 2) this.writer.uint16(value);
    else if (this.#width === 4) this.writer.uint32(value);
    else this.writer.uint64(value);
  }
  finish(out: ByteWriter): void {
    out.append(this.writer.taken());
  }
}

/** Array(LowCardinality(String)) and Array(String). */
export class ListColumn implements NativeColumn {
  readonly #items: LowCardinalityColumn | TextColumn;
  readonly #offsets = new ByteWriter();
  #total = 0;
  constructor(items: LowCardinalityColumn | TextColumn) {
    this.#items = items;
  }
  push(values: readonly string[] | undefined): void {
    if (values !== undefined) for (const value of values) this.#items.push(value);
    this.#total += values?.length ?? 0;
    this.#offsets.uint64(this.#total);
  }
  finish(out: ByteWriter): void {
    const items = this.#items;
    if (items instanceof LowCardinalityColumn) {
      items.prefix(out);
      out.append(this.#offsets.taken());
      items.data(out);
    } else {
      out.append(this.#offsets.taken());
      items.finish(out);
    }
  }
}

/** Map(LowCardinality(String), String): `entry` any number of times, then `endRow`. */
export class MapColumn implements NativeColumn {
  readonly #keys = new LowCardinalityColumn();
  readonly values = new ByteWriter();
  readonly #offsets = new ByteWriter();
  entry(key: string, value: string): void {
    this.#keys.push(key);
    this.values.text(value);
  }
  endRow(): void {
    this.#offsets.uint64(this.#keys.count);
  }
  finish(out: ByteWriter): void {
    this.#keys.prefix(out);
    out.append(this.#offsets.taken());
    this.#keys.data(out);
    out.append(this.values.taken());
  }
}
