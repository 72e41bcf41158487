import { PROFILE } from './profile.data.ts';

/** The options of PS3.15 E.3, with their codes for (0012,0064). */
export const OPTIONS = {
  retainSafePrivate: { letter: 'p', code: '113111', meaning: 'Retain Safe Private Option' },
  retainUids: { letter: 'u', code: '113110', meaning: 'Retain UIDs Option' },
  retainDeviceIdentity: { letter: 'd', code: '113109', meaning: 'Retain Device Identity Option' },
  retainInstitutionIdentity: { letter: 'i', code: '113112', meaning: 'Retain Institution Identity Option' },
  retainPatientCharacteristics: { letter: 'c', code: '113108', meaning: 'Retain Patient Characteristics Option' },
  retainLongFullDates: {
    letter: 'f',
    code: '113106',
    meaning: 'Retain Longitudinal Temporal Information Full Dates Option',
  },
  retainLongModifiedDates: {
    letter: 'm',
    code: '113107',
    meaning: 'Retain Longitudinal Temporal Information Modified Dates Option',
  },
  cleanDescriptors: { letter: 't', code: '113105', meaning: 'Clean Descriptors Option' },
  cleanStructuredContent: { letter: 's', code: '113104', meaning: 'Clean Structured Content Option' },
  cleanGraphics: { letter: 'g', code: '113103', meaning: 'Clean Graphics Option' },
} as const;
export type DicomOption = keyof typeof OPTIONS;

/**
 * D: a dummy of the same kind; Z: empty; X: removed; U: a new UID; K: kept; C: cleaned of what identifies. `R`: a sequence that is kept
 * for the sake of the references in it, whose UIDs are replaced.
 */
export type DicomAction = 'D' | 'Z' | 'X' | 'U' | 'K' | 'C' | 'R';

/**
 * The table leaves some choices to the kind of element (1: needs a value, 2: may be empty, 3: may be absent) in the object at hand. What is
 * chosen here is right for the strictest kind, and gives away nothing: an empty or dummy value in place of an absent one.
 */
const CHOICES: Readonly<Record<string, DicomAction>> = {
  'X/Z': 'Z',
  'X/D': 'D',
  'Z/D': 'D',
  'X/Z/D': 'D',
  'X/Z/U*': 'R',
};

interface Row {
  readonly basic: DicomAction;
  readonly options: Readonly<Record<string, DicomAction>>;
}
let rows: Map<number, Row> | undefined;

function load(): Map<number, Row> {
  const table = new Map<number, Row>();
  for (const item of PROFILE.split(' ')) {
    const [basic = '', list = ''] = item.slice(8).split(':');
    const options: Record<string, DicomAction> = {};
    for (let at = 0; at < list.length; at += 2) options[list.charAt(at)] = list.charAt(at + 1) as DicomAction;
    table.set(Number.parseInt(item.slice(0, 8), 16), { basic: CHOICES[basic] ?? (basic as DicomAction), options });
  }
  return table;
}

/** What the basic profile with `options` does to an element; undefined when the table does not name it. */
export function actionFor(tag: number, options: ReadonlySet<DicomOption>): DicomAction | undefined {
  rows ??= load();
  const row = rows.get(tag);
  if (row === undefined) return undefined;
  let chosen: DicomAction | undefined;
  for (const option of options) {
    const action = row.options[OPTIONS[option].letter];
    // Of two options that keep and clean the same element, cleaning wins.
    if (action === 'C' || (action !== undefined && chosen === undefined)) chosen = action;
  }
  return chosen ?? row.basic;
}
