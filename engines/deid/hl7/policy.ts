/**
 * What becomes of a field. `remove`: emptied. `id`: its first component becomes a pseudonym, check digit and dates go. `person`: the number
 * of a person (XCN) becomes a pseudonym, the name goes. `name`, `telecom`, `birth`: emptied. `address`: what is coarser than a county
 * stays. `date`: moved. `text`: cleaned as free text. `observation`: by the type OBX-2 names. `keep`: as it is, not even looked through.
 */
export type Hl7Action =
  | 'remove'
  | 'id'
  | 'person'
  | 'name'
  | 'telecom'
  | 'address'
  | 'birth'
  | 'date'
  | 'text'
  | 'observation'
  | 'keep';

/** Fields by action, `SEG-field`; of HL7 v2.1 to v2.9. Dates need no line: they are found by their form in every field. */
const FIELDS: Readonly<Record<Exclude<Hl7Action, 'date' | 'keep'>, string>> = {
  name:
    'PID-5 PID-6 PID-9 NK1-2 NK1-26 NK1-30 GT1-3 GT1-4 GT1-16 GT1-42 GT1-45 IN1-6 IN1-16 IN2-7 IN2-9 IN2-22 IN2-40 IN2-49 IN2-52 IN2-53 MRG-7 ' +
    'CTD-2 STF-3',
  person:
    'EVN-5 PD1-4 PV1-7 PV1-8 PV1-9 PV1-17 PV1-52 PV2-13 ORC-10 ORC-11 ORC-12 ORC-19 OBR-10 OBR-16 OBR-28 OBR-32 OBR-33 OBR-34 OBR-35 ' +
    'OBX-16 OBX-25 NTE-5 DG1-16 PR1-8 PR1-11 PR1-12 ROL-4 PRT-5 TXA-5 TXA-9 TXA-10 TXA-11 TXA-22 TXA-23 AIP-3 RXA-10 RXE-13 RXE-14 RXO-14 ' +
    'RXD-10 RXG-10 FT1-20 FT1-21 FT1-24 SCH-12 SCH-16 SCH-20 ACC-7 ACC-10 PDA-5 PDA-8 IN1-30 IN2-3 ARQ-15 ARQ-19 CON-23 CON-24 IAM-14 ' +
    'IAM-18 REL-8 PRA-1 STF-1',
  id:
    'PID-2 PID-3 PID-4 PID-18 PID-19 PID-20 PID-21 NK1-12 NK1-33 NK1-37 GT1-2 GT1-12 GT1-19 GT1-29 IN1-8 IN1-36 IN1-46 IN1-49 IN2-1 IN2-2 IN2-4 IN2-6 ' +
    'IN2-8 IN2-10 IN2-61 MRG-1 MRG-2 MRG-3 MRG-4 MRG-5 MRG-6 PV1-5 PV1-19 PV1-50 PV1-54 ORC-2 ORC-3 ORC-4 ORC-8 OBR-2 OBR-3 OBR-29 OBR-53 FT1-2 FT1-23 TXA-12 ' +
    'TXA-13 TXA-14 TXA-15 SCH-1 SCH-2 SCH-26 SCH-27 ARQ-1 ARQ-2 BLG-3 DB1-3 RF1-6 RF1-11 CTI-1 SPM-2 PRT-21 PR1-19 DG1-20 DG1-22 OBX-21 ' +
    'RXE-15 IN3-1 IN3-2',
  telecom:
    'PID-13 PID-14 PID-40 NK1-5 NK1-6 NK1-31 NK1-40 NK1-41 GT1-6 GT1-7 GT1-18 GT1-46 IN1-7 IN2-50 IN2-58 IN2-62 IN2-63 IN2-64 ORC-14 ORC-23 OBR-17 ROL-12 PRT-15 ' +
    'SCH-13 SCH-17 ARQ-16 CTD-5 STF-10 RXO-35 RXO-36 RXE-45 IN3-16 IN3-19 LOC-6',
  address:
    'PID-11 NK1-4 NK1-32 GT1-5 GT1-17 IN1-5 IN1-19 IN1-44 ORC-22 ORC-24 ROL-11 PRT-14 SCH-14 SCH-18 ARQ-17 CTD-3 STF-11 OBX-24 RXA-28 RXO-33 RXE-41 LOC-5 ACC-11',
  birth: 'PID-7 NK1-16 GT1-8 IN1-18 STF-6',
  remove: 'PID-12 PID-23 NK1-38 PD1-14 TXA-16 ACC-2 ACC-3 IN1-14',
  text:
    'NTE-3 OBR-13 OBR-31 OBR-39 PV2-12 PV2-3 ARV-5 ACC-5 RF1-10 RF1-14 RF1-20 RF1-24 DG1-4 PR1-4 AL1-5 RXE-7 RXO-6 RXO-7 RXA-9 EVN-4 CON-12 SCH-7 FT1-8 FT1-9 TXA-25 TQ1-10 ' +
    'TQ1-11 ORC-16 IAM-8 IAM-15',
  observation: 'OBX-5',
};

/** The default policy: `PID-5` to what becomes of it. */
export const DEFAULT_POLICY: ReadonlyMap<string, Hl7Action> = new Map(
  Object.entries(FIELDS).flatMap(([action, fields]) =>
    fields.split(' ').map((field): [string, Hl7Action] => [field, action as Hl7Action]),
  ),
);
