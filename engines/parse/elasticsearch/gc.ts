import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, ParseContext, Parsed } from '../types.ts';

const prefix = 'elasticsearch.gc.';

/** JVM garbage collection log: unified (JDK 9+, `[time][pid][tags] …`) and classic (`time: runtime: …`). */
export function parseGc(text: string, ctx: ParseContext): Parsed | undefined {
  const fields: Fields = { 'event.kind': 'metric', 'event.category': ['database'], 'event.type': ['info'] };
  const unified = text.charCodeAt(0) === 91;
  const stamp = isoStamp(text, unified ? 1 : 0, contextOffset(ctx.timezone));
  if (stamp === undefined) return undefined;
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  if (unified) return parseUnified(fields, text, stamp.end);
  return parseClassic(fields, text, stamp.end);
}

function parseUnified(fields: Fields, text: string, end: number): Parsed | undefined {
  const match = /^\]\[(\d{1,10})\]\[([a-z0-9,+ _]{1,64})\] /.exec(text.slice(end, end + 96));
  if (match === null) return undefined;
  fields['process.pid'] = Number(match[1]);
  fields[`${prefix}tags`] = (match[2] ?? '').split(',').map((tag) => tag.trim());
  const body = text.slice(end + match[0].length);
  const sizes = /^GC\(\d{1,9}\) (ParNew|Old): \d{1,12}K->(\d{1,12})K\((\d{1,12})K\)/.exec(body);
  if (sizes === null) {
    fields['message'] = body;
    return { dataset: 'elasticsearch.gc', fields, confidence: 0.95 };
  }
  const generation = sizes[1] === 'ParNew' ? 'young_gen' : 'old_gen';
  fields[`${prefix}${generation}.used_kb`] = sizes[2] ?? '';
  fields[`${prefix}${generation}.size_kb`] = sizes[3] ?? '';
  fields['message'] = text;
  return { dataset: 'elasticsearch.gc', fields, confidence: 0.95 };
}

function put(fields: Fields, key: string, value: string | undefined): void {
  if (value !== undefined) fields[prefix + key] = value;
}

function parseClassic(fields: Fields, text: string, end: number): Parsed | undefined {
  const runtime = /^: (\d{1,12}\.\d{1,6}): /.exec(text.slice(end, end + 32));
  if (runtime === null) return undefined;
  put(fields, 'jvm_runtime_sec', runtime[1]);
  fields['message'] = text;
  const stopped = / stopped: (\d{1,9}\.\d{1,9}) seconds, Stopping threads took: (\d{1,9}\.\d{1,9}) seconds/.exec(text);
  if (stopped !== null) {
    put(fields, 'threads_total_stop_time_sec', stopped[1]);
    put(fields, 'stopping_threads_time_sec', stopped[2]);
  }
  put(
    fields,
    'phase.name',
    /\[(?:GC|Full GC) \((CMS [A-Za-z ]{1,30}|[A-Z][A-Za-z ]{1,40})\)/.exec(text)?.[1] ??
      /\[(CMS-[a-z-]{1,40}?)(?:-start)?[:\]]/.exec(text)?.[1],
  );
  const old =
    /\[1 CMS-[a-z-]{1,20}: (\d{1,12})K\((\d{1,12})K\)\] (\d{1,12})K\((\d{1,12})K\), (\d{1,9}\.\d{1,9}) secs\]/.exec(
      text,
    );
  if (old !== null) {
    put(fields, 'old_gen.used_kb', old[1]);
    put(fields, 'old_gen.size_kb', old[2]);
    put(fields, 'heap.used_kb', old[3]);
    put(fields, 'heap.size_kb', old[4]);
    put(fields, 'phase.duration_sec', old[5]);
  }
  const times = /\[Times: user=(\d{1,6}\.\d\d) sys=(\d{1,6}\.\d\d), real=(\d{1,6}\.\d\d) secs\]/.exec(text);
  if (times !== null) {
    put(fields, 'phase.cpu_time.user_sec', times[1]);
    put(fields, 'phase.cpu_time.sys_sec', times[2]);
    put(fields, 'phase.cpu_time.real_sec', times[3]);
  }
  put(fields, 'phase.parallel_rescan_time_sec', /\[Rescan \(parallel\) , (\d{1,9}\.\d{1,9}) secs\]/.exec(text)?.[1]);
  put(
    fields,
    'phase.weak_refs_processing_time_sec',
    /\[weak refs processing, (\d{1,9}\.\d{1,9}) secs\]/.exec(text)?.[1],
  );
  put(fields, 'phase.class_unload_time_sec', /\[class unloading, (\d{1,9}\.\d{1,9}) secs\]/.exec(text)?.[1]);
  put(fields, 'phase.scrub_symbol_table_time_sec', /\[scrub symbol table, (\d{1,9}\.\d{1,9}) secs\]/.exec(text)?.[1]);
  put(fields, 'phase.scrub_string_table_time_sec', /\[scrub string table, (\d{1,9}\.\d{1,9}) secs\]/.exec(text)?.[1]);
  const young =
    /\[YG occupancy: (\d{1,12}) K \((\d{1,12}) K\)\]/.exec(text) ??
    /\[ParNew: \d{1,12}K->(\d{1,12})K\((\d{1,12})K\)/.exec(text);
  if (young !== null) {
    put(fields, 'young_gen.used_kb', young[1]);
    put(fields, 'young_gen.size_kb', young[2]);
  }
  return { dataset: 'elasticsearch.gc', fields, confidence: 0.9 };
}
