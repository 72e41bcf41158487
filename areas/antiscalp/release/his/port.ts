/**
 * The contract between the release engine and a hospital's registration system (HIS). An adapter keeps these promises; `conformance.ts`
 * checks them on any adapter.
 *
 * - `hold`, `confirm`, `release` and `cancel` are idempotent by their `key`: asked again with the same key, they answer the same and do
 *   nothing twice. A caller that got a timeout asks again with the same key.
 * - Every call ends within `timeoutMs`, with an answer or with a HisError.
 * - `unknown-outcome` means the request may have arrived: the caller must ask again or reconcile, never assume.
 */
export interface HisSession {
  readonly id: string;
  readonly department: string;
  readonly doctor: string;
  readonly date: string;
}

export interface HisSlot {
  readonly id: string;
  readonly session: string;
  readonly startAt: string;
  readonly state: 'free' | 'held' | 'booked';
}

export type HisAppointmentState = 'held' | 'booked' | 'released' | 'cancelled';
export interface HisAppointment {
  /** The HIS's own number. */
  readonly id: string;
  readonly slot: string;
  readonly patient: string;
  readonly state: HisAppointmentState;
}

export interface HisPatient {
  readonly id: string;
  readonly name: string;
  readonly realNameId: string;
}

export interface HisAdapter {
  sessions(range: { readonly from: string; readonly to: string }): Promise<readonly HisSession[]>;
  slots(session: string): Promise<readonly HisSlot[]>;
  /** Reserves a free slot; throws `taken` when somebody else has it. */
  hold(key: string, slot: string, patient: HisPatient): Promise<HisAppointment>;
  /** Makes a held slot a booking. */
  confirm(key: string, appointment: string): Promise<HisAppointment>;
  /** Gives up a slot that was held and not confirmed. */
  release(key: string, appointment: string): Promise<HisAppointment>;
  /** Cancels a booking. */
  cancel(key: string, appointment: string, reason: string): Promise<HisAppointment>;
  listMine(patient: string): Promise<readonly HisAppointment[]>;
  close(): Promise<void>;
}

export type HisErrorKind =
  | 'taken'
  | 'not-found'
  | 'wrong-state'
  /** Not sent: trying again is safe without asking. */
  | 'unreachable'
  /** Sent, no answer in time: only a repeat with the same key, or a reconciliation, tells. */
  | 'unknown-outcome'
  /** The HIS answered something that the contract does not allow, or refused the message itself. */
  | 'protocol'
  /** This HIS cannot do it; reported, never imitated. */
  | 'unsupported';

export class HisError extends Error {
  override readonly name = 'HisError';
  readonly kind: HisErrorKind;

  constructor(kind: HisErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** Repeats a call whose outcome is not known, with the same key each time, at most `attempts` times. */
export async function settled<T>(work: () => Promise<T>, attempts = 3, pauseMs = 200): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const again = error instanceof HisError && (error.kind === 'unknown-outcome' || error.kind === 'unreachable');
      if (!again || attempt >= attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt));
    }
  }
}
