import type { z } from 'zod';
import type * as contract from '../contract.ts';

/** The answers of the routes as the pages hold them. */
export type Decision = z.infer<typeof contract.DecisionItem>;
export type DecisionDetail = z.infer<typeof contract.DecisionDetail>;
export type Funnel = z.infer<typeof contract.Funnel>;
export type Timeline = z.infer<typeof contract.Timeline>;
export type FalseBlocks = z.infer<typeof contract.FalseBlocks>;
export type GatewayStatus = z.infer<typeof contract.GatewayStatus>;
export type Appeal = z.infer<typeof contract.AppealItem>;
export type Override = z.infer<typeof contract.OverrideItem>;
export type Graph = z.infer<typeof contract.IdentityGraph>;
export type RulesView = z.infer<typeof contract.RulesView>;
export type RulesCheck = z.infer<typeof contract.RulesCheck>;
export type SlotSession = z.infer<typeof contract.SessionItem>;
export type SlotSessionDetail = z.infer<typeof contract.SessionDetail>;
export type PolicyRow = z.infer<typeof contract.PolicyItem>;
export type SimulationRow = z.infer<typeof contract.Simulation>;
export type DrawRow = z.infer<typeof contract.DrawItem>;
export type Waiting = z.infer<typeof contract.WaitlistPage>['items'][number];
export type HandOverRow = z.infer<typeof contract.HandOverItem>;
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
}
