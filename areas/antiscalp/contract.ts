/** What other areas, the console and scripts may know of the gateway: shapes by data, nothing of how it works. */
export { DecisionInput, DecisionOutput, DecisionRequest } from './decide/schemas.ts';
export {
  AppealAnswer,
  AppealItem,
  AppealList,
  DecisionDetail,
  DecisionItem,
  DecisionList,
  Funnel,
  GatewayStatus,
  NewOverride,
  OverrideItem,
  OverrideList,
} from './decide/schemas.ts';
export { FalseBlocks, IdentityGraph, RulesCheck, RulesView, SimulationList, Timeline } from './console-schemas.ts';
export {
  BookingItem,
  DrawItem,
  HandOverItem,
  PolicyItem,
  SessionDetail,
  SessionItem,
  Simulation,
  WaitlistPage,
} from './release/schemas.ts';
