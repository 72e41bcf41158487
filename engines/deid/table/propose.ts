import { recogniseColumn } from './column-kinds.ts';
import type { ColumnKind, RecognisedColumn } from './column-kinds.ts';

export interface ProposedColumn extends RecognisedColumn {
  readonly column: string;
  /** As it stands in a policy: a rule's name, or a mapping. */
  readonly rule: string | Readonly<Record<string, string | number>>;
}

export interface ProposedPolicy {
  readonly patient?: string;
  readonly columns: readonly ProposedColumn[];
}

const RULES: Readonly<Record<ColumnKind, ProposedColumn['rule']>> = {
  name: 'name',
  staff_name: 'name',
  id_number: 'pseudonym',
  phone: 'drop',
  email: 'drop',
  account_no: 'drop',
  card_no: 'pseudonym',
  address: 'region',
  employer: 'drop',
  zip: 'zip',
  birth_date: 'birth',
  age: 'age',
  sex: 'keep',
  ethnicity: 'drop',
  marital_status: 'keep',
  occupation: 'drop',
  patient_no: 'pseudonym',
  visit_no: 'pseudonym',
  document_no: 'pseudonym',
  staff_no: 'pseudonym',
  row_id: 'pseudonym',
  date: 'shift',
  epidemic: 'keep',
  note: 'text',
  diagnosis: 'keep',
  diagnosis_code: 'keep',
  drug: 'keep',
  lab_result: 'keep',
  procedure: 'keep',
  department: 'keep',
  institution: 'drop',
  cost: 'keep',
  insurance: 'drop',
  quantity: 'keep',
  other: 'drop',
};

/** Columns that name the patient, the surest first. */
const PATIENT: readonly ColumnKind[] = ['patient_no', 'id_number', 'card_no', 'visit_no'];

/**
 * A policy to start from, for people to confirm: what is not recognised is dropped; without a column that names the patient dates become months.
 *
 * @param samples values of a column, by its place
 */
export function proposePolicy(
  columns: readonly string[],
  samples: readonly (readonly string[])[] = [],
): ProposedPolicy {
  const found = columns.map((column, at) => ({ column, ...recogniseColumn(column, samples[at] ?? []) }));
  const patient = PATIENT.map((kind) => found.find((each) => each.kind === kind)).find(
    (each) => each !== undefined,
  )?.column;
  return {
    ...(patient === undefined ? {} : { patient }),
    columns: found.map((each) => ({
      ...each,
      rule: each.kind === 'date' && patient === undefined ? 'month' : RULES[each.kind],
    })),
  };
}
