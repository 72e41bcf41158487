/** The step's tables as Kysely sees them; migrations/state/0010-release.sql explains the columns. */
import type { ColumnType, Generated } from 'kysely';
import type { DrawRecord, Policy, SimulationInput, SimulationResult, Slot } from './core/index.ts';

type Time = ColumnType<Date, Date | string, Date | string>;
type MaybeTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** jsonb: read as a value, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;
type MaybeJson<T> = ColumnType<T | null, string | null | undefined, string | null>;

export interface PolicyTable {
  id: string;
  tenant: string;
  name: string;
  version: number;
  body: Json<Policy>;
  status: Generated<'draft' | 'active' | 'retired'>;
  created_by: string;
  created_at: Time;
  activated_at: MaybeTime;
}
export interface SimulationTable {
  id: string;
  tenant: string;
  policy_id: string;
  input: Json<SimulationInput>;
  status: Generated<'queued' | 'running' | 'done' | 'failed'>;
  progress: Generated<number>;
  result: MaybeJson<SimulationResult>;
  error: string | null;
  created_by: string;
  created_at: Time;
}
export interface SessionTable {
  id: string;
  tenant: string;
  policy_id: string;
  policy: Json<Policy>;
  department: string;
  doctor: string;
  date: string;
  publish_at: Time;
  release_at: Time;
  close_at: Time;
  published: Generated<boolean>;
  due_at: MaybeTime;
  his_ref: Generated<string>;
  created_at: Time;
}
export interface SlotTable {
  id: string;
  tenant: string;
  session_id: string;
  start_at: Time;
  state: string;
  open_at: MaybeTime;
  draw_id: string | null;
  booking_id: string | null;
  freed_by: MaybeJson<NonNullable<Slot['freedBy']>>;
}
interface OriginColumns {
  person: string;
  account: string;
  channel: string;
  device: string | null;
  contact: string | null;
}
export interface EntryTable extends OriginColumns {
  id: string;
  tenant: string;
  session_id: string;
  state: string;
  losses: Generated<number>;
  lost_before: Generated<number>;
  entered_at: Time;
}
export interface BookingTable extends OriginColumns {
  id: string;
  tenant: string;
  session_id: string;
  slot_id: string;
  draw_id: string | null;
  state: string;
  hold_until: Time;
  created_at: Time;
  changed_at: Time;
}
export interface DrawTable {
  id: string;
  tenant: string;
  session_id: string;
  main: boolean;
  closes_at: Time;
  phase: 'committed' | 'closed' | 'revealed';
  record: Json<DrawRecord>;
  slots: string[];
  entry_of: Json<Record<string, string>>;
}
export interface HandOverTable {
  from_booking: string;
  to_booking: string;
  tenant: string;
  session_id: string;
  slot_id: string;
  from_person: string;
  to_person: string;
  seconds: number;
  chance: number;
  shared: string[];
  at: ColumnType<Date, Date | string | undefined, never>;
}

declare module '@xinglin/platform/state' {
  interface Database {
    release_policy: PolicyTable;
    release_simulation: SimulationTable;
    release_session: SessionTable;
    release_slot: SlotTable;
    release_entry: EntryTable;
    release_booking: BookingTable;
    release_draw: DrawTable;
    release_draw_secret: { draw_id: string; tenant: string; seed: string };
    release_secret: { only_row: Generated<boolean>; salt: Uint8Array };
    release_hand_over: HandOverTable;
  }
}
