/** What the API answers; the OpenAPI document is made from these. Times are ISO 8601 UTC. */
import { BOOKING_STATES, CHANNELS } from '@xinglin/antiscalp/release';
import type { Booking, Entry, Refusal } from '@xinglin/antiscalp/release';
import { REFUSAL_TEXTS } from '@xinglin/antiscalp/release';
import { z } from 'zod';
import type { Hospital, Listed, Problem } from '../hospital/hospital.ts';
import { RELATIONS, maskId } from '../hospital/people.ts';
import type { Account } from '../hospital/people.ts';

const Time = z.iso.datetime();
export const Department = z.object({ id: z.string(), name: z.string(), about: z.string() });
export const Doctor = z.object({
  id: z.string(),
  department: z.string(),
  name: z.string(),
  title: z.string(),
  about: z.string(),
  fee: z.number(),
  expert: z.boolean(),
});
export const Slot = z.object({ id: z.string(), startAt: Time, state: z.enum(['open', 'later', 'taken']) });
export const SessionItem = z.object({
  id: z.string(),
  department: z.string(),
  doctor: z.string(),
  doctorName: z.string(),
  date: z.string(),
  half: z.enum(['am', 'pm']),
  release: z.enum(['immediate', 'random-delay', 'window', 'waitlist']),
  releaseAt: Time,
  closeAt: Time,
  fee: z.number(),
  total: z.number().int(),
  open: z.number().int(),
  waiting: z.number().int(),
  entriesOpen: z.boolean(),
  /** When the next draw closes; null when none is planned. */
  drawAt: Time.nullable(),
});
export const SessionDetail = SessionItem.extend({
  slots: z.array(Slot),
  draws: z.array(z.record(z.string(), z.unknown())),
});
export const Person = z.object({ id: z.string(), name: z.string(), idNumber: z.string(), relation: z.enum(RELATIONS) });
export const Me = z.object({ account: z.string(), phone: z.string(), patients: z.array(Person) });
export const BookingItem = z.object({
  id: z.string(),
  session: z.string(),
  slot: z.string(),
  patient: z.string(),
  state: z.enum(BOOKING_STATES),
  startAt: Time,
  /** A held place falls back into a draw at this time unless it is paid. */
  holdUntil: Time,
  draw: z.string().nullable(),
  paid: z.boolean(),
});
export const EntryItem = z.object({
  id: z.string(),
  session: z.string(),
  patient: z.string(),
  state: z.enum(['waiting', 'won', 'withdrawn', 'lapsed']),
  enteredAt: Time,
  /** The entrant's name in each draw that took place: to be looked up in the draw's list. */
  keys: z.array(z.object({ draw: z.string(), key: z.string() })),
});
export const ErrorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), messageEn: z.string(), until: Time.optional() }),
});
export const NewBooking = z.object({
  session: z.string().max(80),
  patient: z.string().max(80),
  slot: z.string().max(80).optional(),
});
export const NewEntry = z.object({ session: z.string().max(80), patient: z.string().max(80) });
export const NewMember = z.object({
  name: z.string().trim().min(2).max(30),
  idNumber: z.string().trim().min(15).max(24),
  relation: z.enum(RELATIONS).exclude(['self']),
});
export const Phone = z.string().regex(/^1\d{10}$/);
export const CodeRequest = z.object({ phone: Phone });
export const CodeAnswer = z.object({ sent: z.literal(true), demoCode: z.string().optional() });
export const LoginRequest = z.object({ phone: Phone, code: z.string().regex(/^\d{6}$/) });
export const LoginAnswer = z.object({ token: z.string(), account: z.string() });
export const ChannelHeader = z.enum(CHANNELS);

const PROBLEM_TEXTS: Readonly<Record<Problem, { zh: string; en: string; status: 400 | 403 | 404 | 409 }>> = {
  'patient.not-yours': { status: 403, zh: '该就诊人不在您的账号下', en: 'The patient does not belong to this account' },
  'session.unknown': { status: 404, zh: '找不到该门诊', en: 'No such session' },
  'member.exists': { status: 409, zh: '该就诊人已添加', en: 'This person was added already' },
  'member.bad-id': {
    status: 400,
    zh: '姓名与身份证号码不符，或号码有误',
    en: 'Name and identity number do not match, or the number is wrong',
  },
  'member.full': { status: 409, zh: '就诊人数量已达上限', en: 'The account has as many persons as it may' },
};
const GONE: readonly Refusal[] = ['slot.unknown', 'booking.unknown', 'entry.unknown'];

/** A refusal for people and programs: why, in words, and until when. */
export function refusalText(reason: Refusal | Problem): { zh: string; en: string; status: 400 | 403 | 404 | 409 } {
  if (reason in PROBLEM_TEXTS) return PROBLEM_TEXTS[reason as Problem];
  const status = reason.startsWith('ban.') ? 403 : GONE.includes(reason as Refusal) ? 404 : 409;
  return { ...REFUSAL_TEXTS[reason as Refusal], status };
}

const iso = (at: number): string => new Date(at).toISOString();

export function sessionItem({ plan, doctor, book }: Listed, now: number): z.input<typeof SessionItem> {
  const view = book.view();
  const { session } = plan;
  const next = book.data.draws.filter(({ phase }) => phase === 'committed').map(({ closesAt }) => closesAt);
  const from = plan.policy.release.kind === 'waitlist' ? session.publishAt : session.releaseAt;
  return {
    id: session.id,
    department: session.department,
    doctor: doctor.id,
    doctorName: doctor.name,
    date: session.date,
    half: plan.half,
    release: plan.policy.release.kind,
    releaseAt: iso(session.releaseAt),
    closeAt: iso(session.closeAt),
    fee: doctor.fee,
    total: view.total,
    open: view.open,
    waiting: view.waiting,
    entriesOpen: now >= from && now < session.closeAt,
    drawAt: next.length === 0 ? null : iso(Math.min(...next)),
  };
}

export function sessionDetail(listed: Listed, now: number): z.input<typeof SessionDetail> {
  const view = listed.book.view();
  return {
    ...sessionItem(listed, now),
    slots: view.slots.map(({ id, startAt, state }) => ({ id, startAt: iso(startAt), state })),
    draws: view.draws.map((record) => ({ ...record })),
  };
}

export function bookingItem(hospital: Hospital, booking: Booking): z.input<typeof BookingItem> {
  const slot = hospital.session(booking.session)!.book.data.slots.find(({ id }) => id === booking.slot)!;
  return {
    id: booking.id,
    session: booking.session,
    slot: booking.slot,
    patient: booking.person,
    state: booking.state,
    startAt: iso(slot.startAt),
    holdUntil: iso(booking.holdUntil),
    draw: booking.draw ?? null,
    paid: hospital.paid.has(booking.id),
  };
}

export function entryItem(hospital: Hospital, entry: Entry): z.input<typeof EntryItem> {
  const { draws } = hospital.session(entry.session)!.book.data;
  const keys = draws.flatMap(({ id, entryOf }) => {
    const key = Object.keys(entryOf).find((one) => entryOf[one] === entry.id);
    return key === undefined ? [] : [{ draw: id, key }];
  });
  return {
    id: entry.id,
    session: entry.session,
    patient: entry.person,
    state: entry.state,
    enteredAt: iso(entry.enteredAt),
    keys,
  };
}

export function meOf(hospital: Hospital, account: Account): z.input<typeof Me> {
  return {
    account: account.id,
    phone: account.phone,
    patients: account.members.map(({ person, relation }) => {
      const { name, idNumber } = hospital.people.get(person)!;
      return { id: person, name, idNumber: maskId(idNumber), relation };
    }),
  };
}
