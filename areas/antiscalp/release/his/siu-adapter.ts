import { createHash } from 'node:crypto';
import { encodeHl7, escapeHl7, field, header, hl7Time, isoTime, parseHl7, segment } from './hl7.ts';
import type { Hl7Message } from './hl7.ts';
import type { MllpClient } from './mllp.ts';
import { HisError } from './port.ts';
import type { HisAdapter, HisAppointment, HisErrorKind, HisPatient } from './port.ts';

/** HL7 2.5.1 chapter 10: what each trigger says about an appointment. */
export const SIU = { S12: 'booked', S14: 'changed', S15: 'cancelled', S17: 'deleted', S26: 'no-show' } as const;
export type SiuTrigger = keyof typeof SIU;

/** SIU carries changes, not lists: schedules and appointments are read from where this HIS offers them (a view, a REST service). */
export type ScheduleSource = Pick<HisAdapter, 'sessions' | 'slots' | 'listMine'>;

/** Codes of HL7 table 0357 that a scheduling HIS answers with. */
const KINDS: Readonly<Record<string, HisErrorKind>> = {
  '204': 'not-found',
  '205': 'taken',
  '207': 'wrong-state',
  '200': 'unsupported',
};

export interface SiuAdapter extends HisAdapter {
  /** Tells the HIS that the patient did not come (S26). */
  noShow(key: string, appointment: string): Promise<void>;
}

/**
 * A HIS that takes scheduling messages over MLLP. hold = S12 with filler status Pending, confirm = S14 Booked, release = S17, cancel = S15.
 * The control id is made from the key, so a repeated message is a duplicate that the HIS acknowledges and does not carry out again.
 */
export function siuAdapter(options: {
  readonly mllp: MllpClient;
  readonly schedule: ScheduleSource;
  readonly now: () => Date;
  readonly facility?: string;
}): SiuAdapter {
  const { mllp, schedule, now, facility = 'XINGLIN' } = options;

  async function send(
    trigger: SiuTrigger,
    key: string,
    sch: readonly string[],
    more: readonly string[][] = [],
  ): Promise<Hl7Message> {
    const controlId = controlIdOf(`${trigger} ${key}`);
    const segments = [header(`SIU^${trigger}^SIU_S12`, controlId, now(), facility, 'HIS'), ['SCH', ...sch], ...more];
    const answer = await mllp.send(encodeHl7({ segments }), controlId);
    const code = field(answer, 'MSA', 1);
    if (code === 'AA' || code === 'CA') return answer;
    const reason = field(answer, 'ERR', 3);
    const said = field(answer, 'ERR', 8) || field(answer, 'MSA', 3);
    throw new HisError(KINDS[reason] ?? 'protocol', `${trigger}: ${code} ${reason} ${said}`.trim());
  }
  const known = (answer: Hl7Message): HisAppointment => ({
    id: field(answer, 'SCH', 2),
    slot: field(answer, 'SCH', 5),
    patient: field(answer, 'PID', 3),
    state: stateOf(field(answer, 'SCH', 25)),
  });
  const about = async (
    trigger: SiuTrigger,
    key: string,
    id: string,
    status: string,
    reason = '',
  ): Promise<HisAppointment> => known(await send(trigger, key, sch({ 2: id, 6: reason, 25: status })));

  return {
    sessions: (range) => schedule.sessions(range),
    slots: (session) => schedule.slots(session),
    listMine: (patient) => schedule.listMine(patient),
    async hold(key, slot, patient) {
      return known(await send('S12', key, sch({ 1: controlIdOf(key), 5: slot, 25: 'Pending' }), [pid(patient)]));
    },
    confirm: (key, id) => about('S14', key, id, 'Booked'),
    release: (key, id) => about('S17', key, id, 'Deleted'),
    cancel: (key, id, reason) => about('S15', key, id, 'Cancelled', reason),
    async noShow(key, id) {
      await send('S26', key, sch({ 2: id, 25: 'Noshow' }));
    },
    close: () => mllp.close(),
  };
}

function controlIdOf(key: string): string {
  // MSH-10 holds 20 characters.
  return createHash('sha256').update(key).digest('hex').slice(0, 20);
}

function sch(fields: Readonly<Record<number, string>>): string[] {
  return Array.from({ length: 25 }, (_, at) => escapeHl7(fields[at + 1] ?? ''));
}

function pid(patient: HisPatient): string[] {
  const number = `${escapeHl7(patient.id)}^^^XINGLIN^PI~${escapeHl7(patient.realNameId)}^^^CN^NI`;
  return ['PID', '1', '', number, '', escapeHl7(patient.name)];
}

function stateOf(status: string): HisAppointment['state'] {
  if (status === 'Pending') return 'held';
  if (status === 'Booked') return 'booked';
  if (status === 'Deleted') return 'released';
  if (status === 'Cancelled') return 'cancelled';
  throw new HisError('protocol', `filler status '${status}' is not known`);
}

/** What the HIS itself did at its counters, as it tells by SIU. */
export interface SiuNotice {
  readonly trigger: SiuTrigger;
  readonly meaning: (typeof SIU)[SiuTrigger];
  readonly controlId: string;
  readonly appointment: string;
  readonly slot: string;
  readonly patient: string;
  readonly at: string;
}

/** Reads an incoming SIU and answers it: AA, AE when the application refuses (it may be sent again), AR when it is no SIU we know. */
export async function receiveSiu(
  text: string,
  handle: (notice: SiuNotice) => Promise<void>,
  now: () => Date,
): Promise<{ readonly reply: string; readonly notice?: SiuNotice }> {
  let message: Hl7Message;
  try {
    message = parseHl7(text);
  } catch (error) {
    return { reply: acknowledge(undefined, 'AR', now(), said(error)) };
  }
  const trigger = field(message, 'MSH', 9, 2);
  if (field(message, 'MSH', 9) !== 'SIU' || !(trigger in SIU) || segment(message, 'SCH') === undefined)
    return { reply: acknowledge(message, 'AR', now(), `not an SIU of ${Object.keys(SIU).join(', ')} with SCH`) };
  try {
    const notice: SiuNotice = {
      trigger: trigger as SiuTrigger,
      meaning: SIU[trigger as SiuTrigger],
      controlId: field(message, 'MSH', 10),
      appointment: field(message, 'SCH', 2) || field(message, 'SCH', 1),
      slot: field(message, 'SCH', 5),
      patient: field(message, 'PID', 3),
      at: isoTime(field(message, 'MSH', 7)),
    };
    await handle(notice);
    return { reply: acknowledge(message, 'AA', now()), notice };
  } catch (error) {
    return { reply: acknowledge(message, 'AE', now(), said(error)) };
  }
}

export function acknowledge(message: Hl7Message | undefined, code: 'AA' | 'AE' | 'AR', at: Date, text = ''): string {
  const controlId = message === undefined ? '' : field(message, 'MSH', 10);
  const trigger = message === undefined ? '' : field(message, 'MSH', 9, 2);
  const head = header(
    `ACK${trigger === '' ? '' : `^${trigger}^ACK`}`,
    `A${controlIdOf(controlId + hl7Time(at.toISOString())).slice(1)}`,
    at,
    'XINGLIN',
    'HIS',
  );
  return encodeHl7({ segments: [head, ['MSA', code, controlId, escapeHl7(text)]] });
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
