export type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;
export type Sections = Record<string, Record<string, Column>>;

const MAGIC = 0x584c4631; // 'XLF1'
const KINDS = [Uint8Array, Uint16Array, Uint32Array, Int32Array, Float32Array, Float64Array] as const;

interface Entry {
  readonly section: string;
  readonly name: string;
  readonly kind: number;
  readonly length: number;
  readonly offset: number;
}

/** Named columns → bytes: magic, length of the directory, the directory as JSON, then the columns on 8-byte borders, little-endian. */
export function pack(sections: Sections): Uint8Array {
  const entries: Entry[] = [];
  let offset = 0;
  for (const [section, columns] of Object.entries(sections)) {
    for (const [name, column] of Object.entries(columns)) {
      const kind = KINDS.findIndex((type) => column instanceof type);
      entries.push({ section, name, kind, length: column.length, offset });
      offset += Math.ceil(column.byteLength / 8) * 8;
    }
  }
  const directory = new TextEncoder().encode(JSON.stringify(entries));
  const start = Math.ceil((8 + directory.length) / 8) * 8;
  const bytes = new Uint8Array(start + offset);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setUint32(4, directory.length);
  bytes.set(directory, 8);
  for (const entry of entries) {
    const column = sections[entry.section]?.[entry.name] as Column;
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), start + entry.offset);
  }
  return bytes;
}

/** The reverse. Throws a `RangeError` on bytes that are not a snapshot, or cut off. */
export function unpack(bytes: Uint8Array): Sections {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0) !== MAGIC) throw new RangeError('These bytes are no feature snapshot.');
  const size = view.getUint32(4);
  const start = Math.ceil((8 + size) / 8) * 8;
  const sections: Sections = {};
  for (const { section, name, kind, length, offset } of directoryOf(bytes.subarray(8, 8 + size))) {
    const type = KINDS[kind];
    const end = start + offset + length * (type?.BYTES_PER_ELEMENT ?? 0);
    if (type === undefined || !(end <= bytes.length)) throw new RangeError('The feature snapshot is cut off.');
    // A copy: aligned, and its own.
    const column = new type(bytes.slice(start + offset, end).buffer);
    (sections[section] ??= {})[name] = column;
  }
  return sections;
}

function directoryOf(bytes: Uint8Array): Entry[] {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Entry[];
  } catch {
    throw new RangeError('The directory of the feature snapshot is damaged.');
  }
}
