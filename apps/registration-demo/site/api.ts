import { z } from 'zod';
import type { Hospital } from '../hospital/hospital.ts';
import type { Answer } from '../hospital/hospital.ts';
import type { Account } from '../hospital/people.ts';
import type { SignIn } from '../hospital/sign-in.ts';
import * as shapes from './shapes.ts';

/** One call as the handlers see it. */
export interface Call<B = unknown> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: B;
  /** Set on routes that need sign-in. */
  readonly account: Account;
  readonly token: string;
  readonly headers: Headers;
}

export interface ApiRoute {
  readonly method: 'get' | 'post' | 'delete';
  /** OpenAPI braces, below `/api`. */
  readonly path: string;
  readonly summary: string;
  readonly signedIn: boolean;
  readonly query?: readonly string[];
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  readonly status?: 200 | 201;
  readonly handle: (call: Call<never>) => unknown;
}

/** Carries a refusal out of a handler; the server turns it into the error body. */
export class Refused extends Error {
  readonly reason: string;
  readonly until: number | undefined;
  constructor(reason: string, until?: number) {
    super(reason);
    this.reason = reason;
    this.until = until;
  }
}

export function unwrap<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new Refused(answer.reason, 'until' in answer ? answer.until : undefined);
}

export interface ApiContext {
  readonly hospital: Hospital;
  readonly signIn: SignIn;
  /** Show one-time codes in the answer instead of sending them. */
  readonly demo: boolean;
}

const list = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), total: z.number().int() });
const listed = <T>(items: T[]): { items: T[]; total: number } => ({ items, total: items.length });
const MOST_KEYS = 20_000;

/** The whole API as data: handlers, checks and the OpenAPI document come from this list. */
export function apiRoutes({ hospital, signIn, demo }: ApiContext): ApiRoute[] {
  const made = new Map<string, string>();
  return [
    route({
      method: 'get',
      path: '/departments',
      summary: 'Departments',
      response: list(shapes.Department),
      handle: () => listed([...hospital.catalogue.departments]),
    }),
    route({
      method: 'get',
      path: '/doctors',
      summary: 'Doctors, of one department or of all',
      query: ['department'],
      response: list(shapes.Doctor),
      handle: ({ query }) =>
        listed(hospital.catalogue.doctors.filter(({ department }) => matches(query, 'department', department))),
    }),
    route({
      method: 'get',
      path: '/sessions',
      summary: 'Sessions (a doctor, a half-day) with what is open',
      query: ['department', 'doctor', 'date'],
      response: list(shapes.SessionItem),
      handle: ({ query }) =>
        listed(
          hospital
            .sessions()
            .filter(
              ({ plan: { session } }) =>
                matches(query, 'department', session.department) &&
                matches(query, 'doctor', session.doctor) &&
                matches(query, 'date', session.date),
            )
            .map((one) => shapes.sessionItem(one, hospital.now)),
        ),
    }),
    route({
      method: 'get',
      path: '/sessions/{id}',
      summary: 'One session with its slots and the published records of its draws',
      response: shapes.SessionDetail,
      handle: ({ params }) => shapes.sessionDetail(find(hospital, params.id), hospital.now),
    }),
    route({
      method: 'get',
      path: '/sessions/{id}/slots',
      summary: 'Slots of a session',
      response: list(shapes.Slot),
      handle: ({ params }) => listed(shapes.sessionDetail(find(hospital, params.id), hospital.now).slots),
    }),
    route({
      method: 'get',
      path: '/draws/{id}',
      summary: 'The published record of a draw; verify it with /verify or `xinglin draw verify`',
      response: z.record(z.string(), z.unknown()),
      handle: ({ params }) => drawOf(hospital, params.id),
    }),
    route({
      method: 'post',
      path: '/login/code',
      summary: 'Ask for a one-time code; in demo mode the answer carries it',
      body: shapes.CodeRequest,
      response: shapes.CodeAnswer,
      handle: ({ body }: Call<z.output<typeof shapes.CodeRequest>>) => {
        // An unknown number gets the same answer: nobody learns who has an account.
        const code = signIn.code(body.phone);
        return { sent: true, ...(demo ? { demoCode: code } : {}) };
      },
    }),
    route({
      method: 'post',
      path: '/login',
      summary: 'Sign in; the token goes into `Authorization: Bearer` or comes back as a cookie',
      body: shapes.LoginRequest,
      response: shapes.LoginAnswer,
      handle: ({ body }: Call<z.output<typeof shapes.LoginRequest>>) => {
        const account = hospital.byPhone.get(body.phone);
        const token = account === undefined ? undefined : signIn.enter(account, body.code);
        if (account === undefined || token === undefined) throw new Refused('login.failed');
        return { token, account: account.id };
      },
    }),
    route({
      method: 'post',
      path: '/logout',
      summary: 'End this sign-in',
      signedIn: true,
      response: z.object({}),
      handle: ({ token }) => {
        signIn.leave(token);
        return {};
      },
    }),
    route({
      method: 'get',
      path: '/me',
      summary: 'The account and the patients it may book for',
      signedIn: true,
      response: shapes.Me,
      handle: ({ account }) => shapes.meOf(hospital, account),
    }),
    route({
      method: 'post',
      path: '/me/patients',
      summary: 'Add a relative by name and identity number',
      signedIn: true,
      body: shapes.NewMember,
      response: shapes.Me,
      status: 201,
      handle: ({ account, body }: Call<z.output<typeof shapes.NewMember>>) => {
        unwrap(hospital.addMember(account, body));
        return shapes.meOf(hospital, account);
      },
    }),
    route({
      method: 'get',
      path: '/bookings',
      summary: 'My bookings, newest first',
      signedIn: true,
      response: list(shapes.BookingItem),
      handle: ({ account }) =>
        listed(hospital.bookingsOf(account).map((booking) => shapes.bookingItem(hospital, booking))),
    }),
    route({
      method: 'post',
      path: '/bookings',
      summary:
        'Take an open slot (the earliest when none is named). With an Idempotency-Key header a repeated request answers with the same booking',
      signedIn: true,
      body: shapes.NewBooking,
      response: shapes.BookingItem,
      status: 201,
      handle: ({ account, body, headers }: Call<z.output<typeof shapes.NewBooking>>) => {
        const key = headers.get('idempotency-key');
        const known = key === null ? undefined : hospital.booking(account, made.get(`${account.id} ${key}`) ?? '');
        if (known !== undefined) return shapes.bookingItem(hospital, known);
        const booking = unwrap(hospital.book(account, body.patient, body.session, body.slot, originOf(headers)));
        if (key !== null) {
          made.set(`${account.id} ${key}`, booking.id);
          if (made.size > MOST_KEYS) made.delete(made.keys().next().value ?? '');
        }
        return shapes.bookingItem(hospital, booking);
      },
    }),
    route({
      method: 'post',
      path: '/bookings/{id}/pay',
      summary: 'Demo payment: confirms a held booking; no money moves',
      signedIn: true,
      response: shapes.BookingItem,
      handle: ({ account, params }) => shapes.bookingItem(hospital, unwrap(hospital.pay(account, params.id ?? ''))),
    }),
    route({
      method: 'post',
      path: '/bookings/{id}/cancel',
      summary: 'Give a booking back',
      signedIn: true,
      response: shapes.BookingItem,
      handle: ({ account, params }) => shapes.bookingItem(hospital, unwrap(hospital.cancel(account, params.id ?? ''))),
    }),
    route({
      method: 'get',
      path: '/entries',
      summary: 'My entries for draws and waitlists, newest first',
      signedIn: true,
      response: list(shapes.EntryItem),
      handle: ({ account }) => listed(hospital.entriesOf(account).map((entry) => shapes.entryItem(hospital, entry))),
    }),
    route({
      method: 'post',
      path: '/entries',
      summary: 'Enter the draw or join the waitlist of a session; one entry per real-name identity',
      signedIn: true,
      body: shapes.NewEntry,
      response: shapes.EntryItem,
      status: 201,
      handle: ({ account, body, headers }: Call<z.output<typeof shapes.NewEntry>>) =>
        shapes.entryItem(hospital, unwrap(hospital.enter(account, body.patient, body.session, originOf(headers)))),
    }),
    route({
      method: 'delete',
      path: '/entries/{session}/{patient}',
      summary: 'Withdraw an entry',
      signedIn: true,
      response: shapes.EntryItem,
      handle: ({ account, params }) =>
        shapes.entryItem(hospital, unwrap(hospital.withdraw(account, params.patient ?? '', params.session ?? ''))),
    }),
  ];
}

function route(
  spec: Omit<ApiRoute, 'signedIn' | 'handle'> & { signedIn?: boolean; handle: (call: Call<never>) => unknown },
) {
  return { ...spec, signedIn: spec.signedIn ?? false };
}

function matches(query: URLSearchParams, name: string, value: string): boolean {
  const wanted = query.get(name);
  return wanted === null || wanted === '' || wanted === value;
}

function find(hospital: Hospital, id: string | undefined) {
  const found = hospital.session(id ?? '');
  if (found === undefined) throw new Refused('session.unknown');
  return found;
}

export function drawOf(hospital: Hospital, id: string | undefined) {
  for (const { book } of hospital.sessions()) {
    const draw = book.data.draws.find((one) => one.id === id);
    if (draw !== undefined) return { ...draw.record };
  }
  throw new Refused('draw.unknown');
}

/** What a gateway in front may add: its device token's key. The channel is always the web; desks have the control port. */
export function originOf(headers: Headers): { device?: string } {
  const device = headers.get('x-xinglin-device');
  return device === null || device.length > 200 ? {} : { device };
}
