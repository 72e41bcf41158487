import { ageOn } from './identity.ts';
import type { BookingState, Limits, Origin, Outcome, Penalty, Refusal, Session } from './types.ts';

const DAY = 86_400_000;

/** What is known of a booking of the same person or the same account in the hospital, whatever its session. */
export interface PastBooking {
  readonly person: string;
  readonly account: string;
  readonly session: string;
  readonly doctor: string;
  readonly date: string;
  readonly state: BookingState;
  /** Of the last change of state: for a cancelled one when it was cancelled. */
  readonly changedAt: number;
  /** Not held against the patient: the hospital asked for it, or a won place was not confirmed. */
  readonly excused?: boolean;
}

export interface Applicant extends Origin {
  /** `2019-05-01`, when known. */
  readonly birth?: string;
  readonly guardian?: string;
  readonly history: readonly PastBooking[];
}

const LIVE: readonly BookingState[] = ['held', 'booked'];
const COUNTED: readonly BookingState[] = ['held', 'booked', 'visited', 'missed'];

/** Whether the hospital's rules let this person book or enter now. The first rule that forbids it is named, with the time it ends if it ends. */
export function checkLimits(limits: Limits, session: Session, applicant: Applicant, now: number): Outcome<true> {
  const own = applicant.history.filter(({ person }) => person === applicant.person);
  const refuse = (reason: Refusal, until?: number): Outcome<true> =>
    until === undefined ? { ok: false, reason } : { ok: false, reason, until };

  const noShow = banUntil(
    limits.noShow,
    own.filter(({ state }) => state === 'missed'),
    now,
  );
  if (noShow !== undefined) return refuse('ban.no-show', noShow);
  const cancelled = own.filter(
    ({ state, excused }) => (state === 'cancelled' || state === 'expired') && excused !== true,
  );
  const cancel = banUntil(limits.cancel, cancelled, now);
  if (cancel !== undefined) return refuse('ban.cancel', cancel);

  const young = applicant.birth !== undefined && ageOn(applicant.birth, session.date) < limits.guardianBelowAge;
  if (young && (applicant.guardian === undefined || applicant.guardian === applicant.person))
    return refuse('limit.guardian');

  const counted = own.filter(({ state }) => COUNTED.includes(state));
  if (counted.some((past) => past.session === session.id)) return refuse('booking.exists');
  if (limits.perDay > 0 && counted.filter(({ date }) => date === session.date).length >= limits.perDay)
    return refuse('limit.day');
  if (limits.active > 0 && own.filter(({ state }) => LIVE.includes(state)).length >= limits.active)
    return refuse('limit.active');
  const { count, withinDays } = limits.perDoctor;
  const day = Date.parse(session.date);
  const sameDoctor = counted.filter(
    ({ doctor, date }) => doctor === session.doctor && Math.abs(Date.parse(date) - day) < withinDays * DAY,
  );
  if (count > 0 && sameDoctor.length >= count) return refuse('limit.doctor');

  if (limits.familyMembers > 0) {
    const family = new Set(
      applicant.history
        .filter(({ account, state }) => account === applicant.account && LIVE.includes(state))
        .map(({ person }) => person),
    );
    family.add(applicant.person);
    if (family.size > limits.familyMembers) return refuse('limit.family');
  }
  return { ok: true, value: true };
}

/**
 * The end of the ban these events bring, or undefined. A ban starts with the event that completes a group of `count` within
 * `withinDays`; an event that was already paid for by one ban counts towards no other.
 */
export function banUntil(
  penalty: Penalty | null,
  events: readonly { readonly changedAt: number }[],
  now: number,
): number | undefined {
  if (penalty === null || penalty.count < 1) return undefined;
  const times = events.map(({ changedAt }) => changedAt).toSorted((a, b) => a - b);
  let until: number | undefined;
  let group: number[] = [];
  for (const time of times) {
    group = [...group.filter((earlier) => time - earlier < penalty.withinDays * DAY), time];
    if (group.length < penalty.count) continue;
    until = time + penalty.banDays * DAY;
    group = [];
  }
  return until !== undefined && until > now ? until : undefined;
}

/** Text for the person refused: why in plain words, and how to go on. */
export const REFUSAL_TEXTS: Readonly<Record<Refusal, { readonly zh: string; readonly en: string }>> = {
  'session.not-published': { zh: '该门诊尚未公布', en: 'This session is not published yet' },
  'session.closed': {
    zh: '该门诊已停止预约，可选择其他日期或到院咨询服务台',
    en: 'Booking for this session has ended; choose another day or ask at the desk',
  },
  'slot.unknown': { zh: '找不到该号源', en: 'No such slot' },
  'slot.not-open': {
    zh: '该号源已被预约或尚未放出，可登记候补',
    en: 'This slot is taken or not released yet; you may join the waitlist',
  },
  'slot.none-open': { zh: '目前没有可直接预约的号，可登记候补', en: 'Nothing is open for booking; join the waitlist' },
  'entry.exists': {
    zh: '该就诊人已登记，同一身份同一门诊只能登记一次',
    en: 'This patient has entered already; one entry per identity and session',
  },
  'entry.unknown': { zh: '没有找到该就诊人的登记', en: 'This patient has no entry here' },
  'booking.exists': { zh: '该就诊人已预约本门诊', en: 'This patient already holds a booking of this session' },
  'booking.unknown': { zh: '找不到该预约', en: 'No such booking' },
  'booking.state': { zh: '该预约的当前状态不能执行此操作', en: 'The booking is not in a state that allows this' },
  'booking.cancelled-here': {
    zh: '该就诊人已取消或未确认本门诊的预约，不能再次登记；可选择其他日期',
    en: 'This patient cancelled, or did not confirm, a booking of this session and cannot enter again; choose another day',
  },
  'limit.day': { zh: '该就诊人当日预约数已达上限', en: "The patient's bookings for that day are at the limit" },
  'limit.active': {
    zh: '该就诊人未就诊的预约数已达本院上限，就诊或取消后可继续',
    en: 'The patient holds as many open bookings as this hospital allows',
  },
  'limit.doctor': { zh: '该就诊人近期已预约这位医生', en: 'The patient has a booking with this doctor in the period' },
  'limit.family': {
    zh: '该账号可同时代约的人数已达上限，可到窗口或拨打预约电话办理',
    en: 'This account books for as many people as allowed; use the window or the telephone',
  },
  'limit.guardian': { zh: '未成年就诊人须填写监护人实名信息', en: "A minor needs a guardian's real-name identity" },
  'ban.no-show': { zh: '因多次爽约，暂停预约', en: 'Booking is suspended after repeated no-shows' },
  'ban.cancel': { zh: '因多次取消，暂停预约', en: 'Booking is suspended after repeated cancellations' },
};
