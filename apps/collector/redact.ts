import { createTextDeidentifier } from '@xinglin/deid';
import type { Span, SpanType } from '@xinglin/deid';
import type { Pseudonyms } from './pseudonym.ts';

/** What happens to a patient's value before it leaves the institution. */
export type RedactAction = 'mask' | 'pseudonymise' | 'drop' | 'keep';

export interface RedactPolicy {
  /** Values under keys that name a patient's field. */
  readonly fields: RedactAction;
  /** Values recognised inside texts. */
  readonly text: RedactAction;
  /** Kinds that are looked for in texts. */
  readonly types: readonly SpanType[];
  /** More keys of patient fields, and keys that are left alone; compared without case, `_`, `-` and dots. */
  readonly keys: readonly string[];
  readonly keepKeys: readonly string[];
}

/** What a security log may hold of patients. Dates, addresses of hosts, accounts and mail addresses are what detection lives on: they stay. */
export const PATIENT_TYPES: readonly SpanType[] = [
  'NAME',
  'ID_CARD',
  'HMT_RESIDENCE',
  'HKMO_PERMIT',
  'PASSPORT',
  'MOBILE',
  'BANK_CARD',
  'SOCIAL_CARD',
  'MRN',
  'OUTPATIENT_NO',
  'ADDRESS',
];

export interface Redactor {
  /** A line or JSON document; what holds no patient's value comes back as it is. */
  readonly redact: (text: string) => string;
  /** The same for fields that travel beside a line. */
  readonly redactFields: (fields: object) => object;
  /** What was taken out so far, by kind (`FIELD` for keys), and what it cost. */
  readonly stats: {
    readonly lines: number;
    readonly changed: number;
    readonly removed: Readonly<Record<string, number>>;
    readonly cpuMs: number;
  };
}

const PERSON = '(?:patient|pat|pt|person|\u60A3\u8005|\u75C5\u4EBA|brxx|hz)';
/** Keys of patient fields, folded: `patient_name`, `PatientID`, `pat.idcard`, `患者姓名`, `sfzh`, `lxdh`. */
const PATIENT_KEYS = [
  new RegExp(
    `^${PERSON}(?:name|xm|id|idno|no|number|code|mrn|phone|mobile|tel|address|addr|idcard|card|cardno|birthday|birthdate|dob|\u59D3\u540D|\u7F16\u53F7|\u7535\u8BDD|\u5730\u5740|\u8EAB\u4EFD\u8BC1\u53F7?)$`,
  ),
  /^(?:idcard|idcardno|identitycard|identityno|certno|sfzh|sfzhm|zjhm|\u8EAB\u4EFD\u8BC1\u53F7?|\u8BC1\u4EF6\u53F7\u7801?)$/,
  /^(?:mrn|medicalrecordno|inpatientno|outpatientno|zyh|mzh|blh|bah|\u75C5\u6848\u53F7|\u4F4F\u9662\u53F7|\u95E8\u8BCA\u53F7|\u75C5\u5386\u53F7)$/,
  /^(?:lxdh|sjh|sjhm|\u8054\u7CFB\u7535\u8BDD|\u624B\u673A\u53F7?|\u5BB6\u5EAD\u4F4F\u5740|jtzz)$/,
];

const folded = (key: string): string => key.toLowerCase().replaceAll(/[\s_.-]/g, '');
/** `patient_name=…`, `患者姓名:…` in a line that is no JSON. */
const PAIR = /([\p{L}][\p{L}\p{N}_.-]{1,40})(["']?\s*[=:\uFF1A]\s*)("[^"]*"|'[^']*'|[^\s,;|&\uFF0C\uFF1B]+)/gu;

export function createRedactor(policy: RedactPolicy, pseudonyms: Pseudonyms): Redactor {
  const text = createTextDeidentifier({ types: [...policy.types] });
  const own = new Set(policy.keys.map(folded));
  const kept = new Set(policy.keepKeys.map(folded));
  const removed: Record<string, number> = {};
  const stats = { lines: 0, changed: 0, removed, cpuMs: 0 };
  const known = new Map<string, boolean>();

  function isPatientKey(key: string): boolean {
    const found = known.get(key);
    if (found !== undefined) return found;
    const bare = folded(key);
    const last = folded(key.split('.').at(-1) ?? key);
    const is =
      !kept.has(bare) &&
      (own.has(bare) || own.has(last) || PATIENT_KEYS.some((pattern) => pattern.test(bare) || pattern.test(last)));
    if (known.size > 10_000) known.clear();
    known.set(key, is);
    return is;
  }

  function replaced(value: string, kind: string, action: RedactAction): string {
    removed[kind] = (removed[kind] ?? 0) + 1;
    if (action === 'mask') return `***${kind === 'FIELD' ? '' : kind}***`;
    return action === 'drop' ? '' : pseudonyms.of(value);
  }

  function inText(value: string): string {
    if (policy.text === 'keep' || value.length < 2) return value;
    const spans: readonly Span[] = text.spans(value);
    if (spans.length === 0) return value;
    let out = '';
    let at = 0;
    for (const { start: from, end: to, type } of spans) {
      out += value.slice(at, from) + replaced(value.slice(from, to), type, policy.text);
      at = to;
    }
    return out + value.slice(at);
  }

  /** Pairs first: a patient's id has no shape a text could show. */
  function inLine(line: string): string {
    if (policy.fields === 'keep') return inText(line);
    const paired = line.replaceAll(PAIR, (whole: string, key: string, sign: string, value: string) => {
      if (!isPatientKey(key)) return whole;
      const quote = /^["']/.exec(value)?.[0] ?? '';
      const bare = quote === '' ? value : value.slice(1, -1);
      return bare === '' || bare.startsWith('px.')
        ? whole
        : `${key}${sign}${quote}${replaced(bare, 'FIELD', policy.fields)}${quote}`;
    });
    return inText(paired);
  }

  /** The value without what is a patient's; the same value when there was nothing. */
  function walk(value: unknown, patient: boolean, path: string, depth: number): unknown {
    if (typeof value === 'string')
      return patient ? (value === '' ? value : replaced(value, 'FIELD', policy.fields)) : inLine(value);
    if (typeof value === 'number') return patient ? replaced(String(value), 'FIELD', policy.fields) : value;
    if (typeof value !== 'object' || value === null || depth > 40) return value;
    if (Array.isArray(value)) {
      const next = value.map((item) => walk(item, patient, path, depth + 1));
      return next.some((item, at) => item !== value[at]) ? next : value;
    }
    let changed: Record<string, unknown> | undefined;
    for (const [key, item] of Object.entries(value)) {
      const name = path === '' ? key : `${path}.${key}`;
      const next = walk(item, patient || (policy.fields !== 'keep' && isPatientKey(name)), name, depth + 1);
      if (next === item) continue;
      changed ??= { ...(value as Record<string, unknown>) };
      if (next === '' && policy.fields === 'drop') delete changed[key];
      else changed[key] = next;
    }
    return changed ?? value;
  }

  function counted<T>(work: () => T, before: T): T {
    const began = process.cpuUsage();
    const after = work();
    const { user, system } = process.cpuUsage(began);
    stats.cpuMs += (user + system) / 1000;
    stats.lines += 1;
    if (after !== before) stats.changed += 1;
    return after;
  }

  return {
    stats,
    redactFields: (fields) => walk(fields, false, '', 0) as object,
    redact: (line) =>
      counted(() => {
        if (line.startsWith('{') && line.trimEnd().endsWith('}')) {
          try {
            const document: unknown = JSON.parse(line);
            const next = walk(document, false, '', 0);
            return next === document ? line : JSON.stringify(next);
          } catch {
            // Not JSON after all.
          }
        }
        return inLine(line);
      }, line),
  };
}
