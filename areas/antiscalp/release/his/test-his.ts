/** A small HIS for the tests: its own state and idempotency, spoken to over REST and over MLLP by real sockets. It can be slow or lose answers. */
import { createServer as createHttpServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { encodeHl7, field, header, parseHl7, segment } from './hl7.ts';
import { createDeframer, frame } from './mllp.ts';
import type { HisAppointment, HisSlot } from './port.ts';

export interface TestHis {
  readonly slots: HisSlot[];
  readonly appointments: HisAppointment[];
  readonly noShows: string[];
  /** How many requests were carried out (not answered from memory). */
  readonly done: () => number;
  /** The next answers are dropped after the work was done. */
  lose: number;
  delayMs: number;
  rest(): Promise<{ url: string; close: () => Promise<void> }>;
  mllp(): Promise<{ port: number; close: () => Promise<void> }>;
}

type Result = { appointment: HisAppointment } | { error: 'taken' | 'not-found' | 'wrong-state' };

export function testHis(count = 6): TestHis {
  const slots: HisSlot[] = Array.from({ length: count }, (_, at) => ({
    id: `slot-${at}`,
    session: 'session-1',
    startAt: `2026-11-24T0${at}:00:00.000Z`,
    state: 'free',
  }));
  const appointments: HisAppointment[] = [];
  const noShows: string[] = [];
  const answered = new Map<string, Result>();
  let carriedOut = 0;
  const set = (slot: string, state: HisSlot['state']): void => {
    const at = slots.findIndex(({ id }) => id === slot);
    slots[at] = { ...slots[at]!, state };
  };
  const once = (key: string, work: () => Result): Result => {
    const known = answered.get(key);
    if (known !== undefined) return known;
    carriedOut += 1;
    const result = work();
    // A refusal is not kept: the same request may succeed later.
    if (!('error' in result)) answered.set(key, result);
    return result;
  };
  const hold = (key: string, slot: string, patient: string): Result =>
    once(`hold ${key}`, () => {
      const found = slots.find(({ id }) => id === slot);
      if (found === undefined) return { error: 'not-found' };
      if (found.state !== 'free') return { error: 'taken' };
      const appointment: HisAppointment = { id: `ap-${appointments.length + 1}`, slot, patient, state: 'held' };
      appointments.push(appointment);
      set(slot, 'held');
      return { appointment };
    });
  const change = (key: string, id: string, verb: string): Result =>
    once(`${verb} ${key}`, () => {
      const at = appointments.findIndex((one) => one.id === id);
      const known = appointments[at];
      if (known === undefined) return { error: 'not-found' };
      const [from, to, slot] = {
        confirm: ['held', 'booked', 'booked'] as const,
        release: ['held', 'released', 'free'] as const,
        cancel: ['booked', 'cancelled', 'free'] as const,
      }[verb as 'confirm']!;
      if (known.state !== from) return { error: 'wrong-state' };
      appointments[at] = { ...known, state: to };
      set(known.slot, slot);
      return { appointment: appointments[at] };
    });

  const his: TestHis = {
    slots,
    appointments,
    noShows,
    done: () => carriedOut,
    lose: 0,
    delayMs: 0,
    async rest() {
      const server: HttpServer = createHttpServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const url = new URL(request.url ?? '/', 'http://his');
          const key = String(request.headers['idempotency-key'] ?? '');
          const body = (chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())) as {
            slot?: string;
            patient?: { id: string };
          };
          const parts = url.pathname
            .split('/')
            .filter((part) => part !== '')
            .map(decodeURIComponent);
          let status = 200;
          let answer: unknown;
          if (request.method === 'GET' && parts.join('/') === 'sessions')
            answer = { items: [{ id: 'session-1', department: 'd', doctor: 'x', date: '2026-11-24' }] };
          else if (request.method === 'GET' && parts[2] === 'slots') answer = { items: slots };
          else if (request.method === 'GET') {
            const patient = url.searchParams.get('patient');
            answer = { items: appointments.filter((one) => one.patient === patient) };
          } else {
            const result =
              parts.length === 1
                ? hold(key, body.slot ?? '', body.patient?.id ?? '')
                : change(key, parts[1] ?? '', parts[2] ?? '');
            if ('error' in result) {
              status = result.error === 'not-found' ? 404 : 409;
              answer = { code: result.error };
            } else answer = result.appointment;
          }
          if (his.lose > 0 && request.method === 'POST') {
            his.lose -= 1;
            response.destroy();
            return;
          }
          setTimeout(
            () => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
            his.delayMs,
          );
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () => {
          server.closeAllConnections();
          return new Promise((resolve) => server.close(() => resolve()));
        },
      };
    },
    async mllp() {
      const sockets = new Set<Socket>();
      const server: Server = createServer((socket) => {
        sockets.add(socket);
        const deframe = createDeframer();
        socket.on('error', () => undefined);
        socket.on('close', () => sockets.delete(socket));
        socket.on('data', (chunk) => {
          for (const text of deframe(chunk)) {
            const reply = answerSiu(text);
            if (his.lose > 0) {
              his.lose -= 1;
              socket.destroy();
              return;
            }
            setTimeout(() => socket.write(frame(reply)), his.delayMs);
          }
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return {
        port: (server.address() as AddressInfo).port,
        close: () => {
          for (const socket of sockets) socket.destroy();
          return new Promise((resolve) => server.close(() => resolve()));
        },
      };
    },
  };

  function answerSiu(text: string): string {
    const message = parseHl7(text);
    const trigger = field(message, 'MSH', 9, 2);
    const controlId = field(message, 'MSH', 10);
    const id = field(message, 'SCH', 2);
    const head = header(`ACK^${trigger}^ACK`, `r-${controlId}`.slice(0, 20), new Date(0), 'HIS', 'XINGLIN');
    const reply = (...segments: string[][]): string => encodeHl7({ segments: [head, ...segments] });
    if (trigger === 'S26') {
      noShows.push(id);
      return reply(['MSA', 'AA', controlId]);
    }
    const verb = { S14: 'confirm', S15: 'cancel', S17: 'release' }[trigger];
    const result =
      trigger === 'S12'
        ? hold(controlId, field(message, 'SCH', 5), field(message, 'PID', 3))
        : change(controlId, id, verb ?? 'confirm');
    if ('error' in result) {
      const code = { 'not-found': '204', taken: '205', 'wrong-state': '207' }[result.error];
      return reply(['MSA', 'AE', controlId], ['ERR', '', '', code, 'E', '', '', '', result.error]);
    }
    const { appointment } = result;
    const status = { held: 'Pending', booked: 'Booked', released: 'Deleted', cancelled: 'Cancelled' }[
      appointment.state
    ];
    const sch = Array.from(
      { length: 25 },
      (_, at) => ({ 2: appointment.id, 5: appointment.slot, 25: status })[at + 1] ?? '',
    );
    const found = segment(message, 'PID');
    return reply(['MSA', 'AA', controlId], ['SCH', ...sch], ['PID', '1', '', found?.[3] ?? appointment.patient]);
  }

  return his;
}
