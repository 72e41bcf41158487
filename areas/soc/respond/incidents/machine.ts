import { defineMachine } from '@xinglin/platform/kernel';

export type IncidentState = 'new' | 'triage' | 'contained' | 'closed' | 'merged';

/** The life of an incident: 新建 → 研判处置 → 已遏制 → 已关闭; merged and closed are ends. */
export const INCIDENT = defineMachine({
  initial: 'new',
  states: ['new', 'triage', 'contained', 'closed', 'merged'],
  transitions: {
    triage: { from: ['new'], to: 'triage' },
    contain: { from: ['new', 'triage'], to: 'contained' },
    close: { from: ['new', 'triage', 'contained'], to: 'closed' },
    merge: { from: ['new', 'triage', 'contained'], to: 'merged' },
  },
});
