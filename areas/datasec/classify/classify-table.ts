import { recogniseColumn } from '@xinglin/deid';
import type { ColumnKind } from '@xinglin/deid';

/** The six classes of GB/T 39725-2020, 6.1. */
export const DATA_CLASSES = {
  personal: '个人属性数据',
  status: '健康状况数据',
  medical: '医疗应用数据',
  payment: '医疗支付数据',
  resource: '卫生资源数据',
  public: '公共卫生数据',
} as const;
export type DataClass = keyof typeof DATA_CLASSES;

export interface ClassifiedColumn {
  readonly column: string;
  readonly class: DataClass;
  /** GB/T 39725-2020, 6.2: 1 public … 5 only those who treat the patient. */
  readonly level: 1 | 2 | 3 | 4 | 5;
  readonly kind: ColumnKind;
  readonly confidence: number;
  readonly reason: string;
}

type Level = ClassifiedColumn['level'];

/** Class and level of a kind that stands alone. */
const GRADES: Readonly<Record<ColumnKind, readonly [DataClass, Level]>> = {
  name: ['personal', 4],
  id_number: ['personal', 4],
  phone: ['personal', 4],
  email: ['personal', 4],
  address: ['personal', 4],
  zip: ['personal', 3],
  birth_date: ['personal', 3],
  age: ['personal', 2],
  sex: ['personal', 2],
  ethnicity: ['personal', 3],
  marital_status: ['personal', 3],
  occupation: ['personal', 3],
  employer: ['personal', 4],
  patient_no: ['personal', 3],
  visit_no: ['medical', 3],
  document_no: ['medical', 3],
  card_no: ['personal', 4],
  account_no: ['payment', 4],
  date: ['medical', 2],
  diagnosis: ['status', 3],
  diagnosis_code: ['status', 3],
  drug: ['medical', 3],
  lab_result: ['medical', 3],
  procedure: ['medical', 3],
  note: ['status', 4],
  staff_name: ['resource', 2],
  staff_no: ['resource', 2],
  department: ['resource', 1],
  institution: ['resource', 1],
  cost: ['payment', 3],
  insurance: ['payment', 3],
  quantity: ['medical', 2],
  epidemic: ['public', 3],
  row_id: ['medical', 2],
  other: ['medical', 3],
};

/** Who it is about. */
const IDENTIFYING = new Set<ColumnKind>(['name', 'id_number', 'phone', 'email', 'address', 'card_no', 'employer']);
/** What is known about them. */
const CLINICAL = new Set<ColumnKind>([
  'diagnosis',
  'diagnosis_code',
  'drug',
  'lab_result',
  'procedure',
  'note',
  'epidemic',
]);

/** ICD-10: syphilis and other venereal diseases, HIV, mental disorders, abortion, abuse; Z21 and Z22.6 carriers. */
const HELD_BACK_ICD = /^(?:A5\d|A6[0-4]|B2[0-4]|F[0-9]\d|O0[4-6]|T74|Z21|Z22\.?6|R75)/i;
const HELD_BACK_WORDS =
  /HIV|AIDS|艾滋|人类免疫缺陷|梅毒|淋病|尖锐湿疣|性传播|性病|生殖器疱疹|精神分裂|双相|抑郁|躁狂|精神障碍|精神病|药物依赖|吸毒|戒毒|人工流产|齐多夫定|拉米夫定|替诺福韦|多替拉韦|依非韦伦|奈韦拉平|洛匹那韦|奥氮平|利培酮|氯氮平|喹硫平|阿立哌唑|碳酸锂|美沙酮|丁丙诺啡/;

/**
 * Class, level, kind, confidence and reason of each column of a table. A column is graded alone first; then combinations raise: clinical columns beside what names a
 * person to 4; columns with HIV, venereal or mental disease, by ICD code, name or drug, to 5. People confirm.
 *
 * @param samples values of a column, by its place
 * @param table its name, which may tell of a held-back disease
 */
export function classifyTable(
  columns: readonly string[],
  samples: readonly (readonly string[])[] = [],
  table = '',
): ClassifiedColumn[] {
  const found = columns.map((column, at) => {
    const values = samples[at] ?? [];
    const recognised = recogniseColumn(column, values);
    const [dataClass, level] = GRADES[recognised.kind];
    const clinical = CLINICAL.has(recognised.kind);
    const heldBack =
      HELD_BACK_WORDS.test(column) ||
      (clinical && HELD_BACK_WORDS.test(table)) ||
      ((clinical || recognised.kind === 'other') &&
        values.some((value) =>
          HELD_BACK_ICD.test(value.trim()) && value.trim().length <= 12
            ? recognised.kind === 'diagnosis_code'
            : HELD_BACK_WORDS.test(value),
        ));
    return { column, dataClass, level, heldBack, clinical, ...recognised };
  });
  const named = found.find(({ kind }) => IDENTIFYING.has(kind));
  return found.map(({ column, dataClass, level, heldBack, clinical, kind, confidence, reason }): ClassifiedColumn => {
    const raised: Level = heldBack ? 5 : clinical && named !== undefined && level < 4 ? 4 : level;
    const why = heldBack
      ? `; raised to 5: HIV, venereal or mental disease`
      : raised > level
        ? `; raised to 4: stands beside ${named?.column ?? ''} (${named?.kind ?? ''})`
        : '';
    return { column, class: dataClass, level: raised, kind, confidence, reason: reason + why };
  });
}
