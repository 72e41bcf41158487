/**
 * Reads an OTLP ExportLogsServiceRequest (opentelemetry-proto, logs/v1 and common/v1) from protobuf into the shape of its JSON form, so that
 * one code path serves both. Only the wire types these messages use; unknown fields are skipped. Throws on malformed input.
 */
export interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  bytesValue?: string;
  arrayValue?: { values: AnyValue[] };
  kvlistValue?: { values: KeyValue[] };
}
export interface KeyValue {
  key: string;
  value?: AnyValue;
}
export interface LogRecord {
  timeUnixNano?: string;
  observedTimeUnixNano?: string;
  severityNumber?: number;
  severityText?: string;
  body?: AnyValue;
  attributes?: KeyValue[];
  traceId?: string;
  spanId?: string;
  eventName?: string;
}
export interface LogsRequest {
  resourceLogs?: {
    resource?: { attributes?: KeyValue[] };
    scopeLogs?: { scope?: { name?: string; version?: string }; logRecords?: LogRecord[] }[];
  }[];
}

/** Nested AnyValues deeper than this are refused: a short message could otherwise exhaust the stack. */
const MAX_DEPTH = 32;

class Reader {
  readonly #bytes: Buffer;
  #pos: number;
  readonly #end: number;
  constructor(bytes: Buffer, pos = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#pos = pos;
    this.#end = end;
  }

  /** Calls `on` for each field; what it does not read is skipped. */
  fields(on: (field: number, wire: number) => boolean): void {
    while (this.#pos < this.#end) {
      const key = Number(this.varint());
      const wire = key & 7;
      if (!on(key >>> 3, wire)) this.#skip(wire);
    }
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Error('varint is too long');
  }

  #byte(): number {
    if (this.#pos >= this.#end) throw new Error('message ends early');
    const byte = this.#bytes[this.#pos] ?? 0;
    this.#pos += 1;
    return byte;
  }

  #advance(length: number): number {
    const from = this.#pos;
    if (length < 0 || from + length > this.#end) throw new Error('length reaches past the end');
    this.#pos = from + length;
    return from;
  }

  fixed32(): number {
    return this.#bytes.readUInt32LE(this.#advance(4));
  }
  fixed64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#advance(8));
  }
  double(): number {
    return this.#bytes.readDoubleLE(this.#advance(8));
  }
  bytes(): Buffer {
    const length = Number(this.varint());
    const from = this.#advance(length);
    return this.#bytes.subarray(from, from + length);
  }
  text(): string {
    return this.bytes().toString('utf8');
  }
  message(): Reader {
    return new Reader(this.bytes());
  }

  #skip(wire: number): void {
    if (wire === 0) this.varint();
    else if (wire === 1) this.#advance(8);
    else if (wire === 2) this.bytes();
    else if (wire === 5) this.#advance(4);
    else throw new Error(`wire type ${wire} does not occur in OTLP`);
  }
}

export function decodeLogsRequest(bytes: Uint8Array): LogsRequest {
  const resourceLogs: NonNullable<LogsRequest['resourceLogs']> = [];
  const reader = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  reader.fields(
    (field, wire) => field === 1 && wire === 2 && resourceLogs.push(readResourceLogs(reader.message())) > 0,
  );
  return { resourceLogs };
}

function readResourceLogs(reader: Reader): NonNullable<LogsRequest['resourceLogs']>[number] {
  const attributes: KeyValue[] = [];
  const scopeLogs: { scope?: { name?: string; version?: string }; logRecords: LogRecord[] }[] = [];
  reader.fields((field, wire) => {
    if (wire !== 2) return false;
    if (field === 1) {
      const resource = reader.message();
      resource.fields(
        (inner, kind) => inner === 1 && kind === 2 && attributes.push(readKeyValue(resource.message(), 0)) > 0,
      );
      return true;
    }
    return field === 2 && scopeLogs.push(readScopeLogs(reader.message())) > 0;
  });
  return { resource: { attributes }, scopeLogs };
}

function readScopeLogs(reader: Reader): { scope?: { name?: string; version?: string }; logRecords: LogRecord[] } {
  const logRecords: LogRecord[] = [];
  const scope: { name?: string; version?: string } = {};
  reader.fields((field, wire) => {
    if (wire !== 2) return false;
    if (field === 1) {
      const inner = reader.message();
      inner.fields((number, kind) => {
        if (kind !== 2 || (number !== 1 && number !== 2)) return false;
        scope[number === 1 ? 'name' : 'version'] = inner.text();
        return true;
      });
      return true;
    }
    return field === 2 && logRecords.push(readLogRecord(reader.message())) > 0;
  });
  return { scope, logRecords };
}

function readLogRecord(reader: Reader): LogRecord {
  const record: LogRecord = {};
  const attributes: KeyValue[] = [];
  reader.fields((field, wire) => {
    if (wire === 1 && field === 1) record.timeUnixNano = reader.fixed64().toString();
    else if (wire === 1 && field === 11) record.observedTimeUnixNano = reader.fixed64().toString();
    else if (wire === 0 && field === 2) record.severityNumber = Number(reader.varint());
    else if (wire === 2 && field === 3) record.severityText = reader.text();
    else if (wire === 2 && field === 5) record.body = readAnyValue(reader.message(), 0);
    else if (wire === 2 && field === 6) attributes.push(readKeyValue(reader.message(), 0));
    else if (wire === 2 && field === 9) record.traceId = reader.bytes().toString('hex');
    else if (wire === 2 && field === 10) record.spanId = reader.bytes().toString('hex');
    else if (wire === 2 && field === 12) record.eventName = reader.text();
    else return false;
    return true;
  });
  if (attributes.length > 0) record.attributes = attributes;
  return record;
}

function readKeyValue(reader: Reader, depth: number): KeyValue {
  const pair: KeyValue = { key: '' };
  reader.fields((field, wire) => {
    if (wire !== 2) return false;
    if (field === 1) pair.key = reader.text();
    else if (field === 2) pair.value = readAnyValue(reader.message(), depth + 1);
    else return false;
    return true;
  });
  return pair;
}

function readAnyValue(reader: Reader, depth: number): AnyValue {
  if (depth > MAX_DEPTH) throw new Error('values are nested too deeply');
  const value: AnyValue = {};
  reader.fields((field, wire) => {
    if (field === 1 && wire === 2) value.stringValue = reader.text();
    else if (field === 2 && wire === 0) value.boolValue = reader.varint() !== 0n;
    else if (field === 3 && wire === 0) value.intValue = BigInt.asIntN(64, reader.varint()).toString();
    else if (field === 4 && wire === 1) value.doubleValue = reader.double();
    else if (field === 5 && wire === 2) {
      const values: AnyValue[] = [];
      const list = reader.message();
      list.fields(
        (number, kind) => number === 1 && kind === 2 && values.push(readAnyValue(list.message(), depth + 1)) > 0,
      );
      value.arrayValue = { values };
    } else if (field === 6 && wire === 2) {
      const values: KeyValue[] = [];
      const list = reader.message();
      list.fields(
        (number, kind) => number === 1 && kind === 2 && values.push(readKeyValue(list.message(), depth + 1)) > 0,
      );
      value.kvlistValue = { values };
    } else if (field === 7 && wire === 2) value.bytesValue = reader.bytes().toString('base64');
    else return false;
    return true;
  });
  return value;
}
