import { defineMachine } from '@xinglin/platform/kernel';

export type IncidentState = 'new' | 'triage' | 'contained' | 'closed' | 'merged';

/** The life of an incident: 新建 → 研判处置 → 已遏制 → 已关闭; what was closed too early is taken up again, merged is an end. */
export const INCIDENT = defineMachine({
  initial: 'new',
  states: ['new', 'triage', 'contained', 'closed', 'merged'],
  transitions: {
    triage: { from: ['new'], to: 'triage' },
    contain: { from: ['new', 'triage'], to: 'contained' },
    close: { from: ['new', 'triage', 'contained'], to: 'closed' },
    merge: { from: ['new', 'triage', 'contained'], to: 'merged' },
    reopen: { from: ['closed'], to: 'triage' },
  },
});

/** Nothing is done to it any more, but comments and, after closing, reopening. */
export const isOver = (state: IncidentState): boolean => state === 'closed' || state === 'merged';
