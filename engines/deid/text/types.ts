/** What is recognised, in the order of the contract. */
export const SPAN_TYPES = [
  'NAME',
  'ID_CARD',
  'HMT_RESIDENCE',
  'USCC',
  'MOBILE',
  'LANDLINE',
  'BANK_CARD',
  'PASSPORT',
  'HKMO_PERMIT',
  'PLATE',
  'EMAIL',
  'IP',
  'MAC',
  'ADDRESS',
  'DATE',
  'AGE',
  'MRN',
  'OUTPATIENT_NO',
  'REPORT_NO',
  'SOCIAL_CARD',
  'ACCOUNT',
  'ORG',
] as const;

export type SpanType = (typeof SPAN_TYPES)[number];

/** A recognised piece of the text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly type: SpanType;
}

/** Numbers of the types, for the inner loops. */
export const T = {
  NAME: 0,
  ID_CARD: 1,
  HMT_RESIDENCE: 2,
  USCC: 3,
  MOBILE: 4,
  LANDLINE: 5,
  BANK_CARD: 6,
  PASSPORT: 7,
  HKMO_PERMIT: 8,
  PLATE: 9,
  EMAIL: 10,
  IP: 11,
  MAC: 12,
  ADDRESS: 13,
  DATE: 14,
  AGE: 15,
  MRN: 16,
  OUTPATIENT_NO: 17,
  REPORT_NO: 18,
  SOCIAL_CARD: 19,
  ACCOUNT: 20,
  ORG: 21,
} as const;

/** What the caller knows about the patient: any nesting, any key names, Chinese, English or pinyin. */
export type KnownRecord = Readonly<Record<string, unknown>>;

/**
 * A recogniser outside the process, for example a named-entity service over HTTP. The engine does no I/O itself: the caller asks
 * the service and merges the answer with `mergeSpans`. Offsets are UTF-16; spans of other types are ignored.
 */
export interface Recognizer {
  readonly name: string;
  /** Wins over the built-in rules when true, else fills only what they left. */
  readonly preferred?: boolean;
  recognize(text: string): Promise<readonly Span[]>;
}
