import { inScope } from '@xinglin/platform/access';
import type { Actor, Permission } from '@xinglin/platform/access';
import { XinglinError, defineMachine } from '@xinglin/platform/kernel';
import '../errors.ts';

export type NoticeStatus = 'draft' | 'issued' | 'withdrawn' | 'closed';
export type NoticeAction = 'issue' | 'withdraw' | 'close' | 'reopen';
export type RecipientStatus =
  | 'pending'
  | 'signed'
  | 'answered'
  | 'returned'
  | 'accepted'
  | 'reinspection'
  | 'withdrawn';
export const RECIPIENT_ACTIONS = [
  'sign',
  'answer',
  'extend',
  'accept',
  'return',
  'reinspect',
  'decide-extension',
] as const;
export type RecipientAction = (typeof RECIPIENT_ACTIONS)[number];
/** Which of the two offices acts. Whoever covers the issuer is the issuer's side, also when it covers the recipient: nobody answers its own notice. */
export type Side = 'issuer' | 'recipient';

export interface Extension {
  readonly requestedUntil: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly decision?: 'approved' | 'refused';
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  readonly comment?: string;
}

export interface RecipientFacts {
  readonly notice: NoticeStatus;
  readonly deadline: Date | null;
  readonly extension: Extension | null;
  readonly now: Date;
}

/** Institutions still to be accepted; what closing waits for. */
export interface NoticeFacts {
  readonly open: number;
}

export const noticeMachine = defineMachine<NoticeStatus, NoticeAction, NoticeFacts>({
  initial: 'draft',
  states: ['draft', 'issued', 'withdrawn', 'closed'],
  transitions: {
    issue: { from: ['draft'], to: 'issued' },
    withdraw: { from: ['issued'], to: 'withdrawn' },
    close: {
      from: ['issued'],
      to: 'closed',
      guard: ({ open }) => (open > 0 ? new XinglinError('notice.open_recipients', { count: open }) : undefined),
    },
    // A re-inspection of an accepted rectification opens the notice again.
    reopen: { from: ['closed'], to: 'issued' },
  },
});

const extensionPending = (facts: RecipientFacts): boolean =>
  facts.extension !== null && facts.extension.decision === undefined;
const live = ({ notice }: RecipientFacts): XinglinError | undefined =>
  notice === 'issued' ? undefined : new XinglinError('notice.not_issued', { status: notice });

/** One recipient's way through a notice: receipt, feedback, review, and what may come between. */
export const recipientMachine = defineMachine<RecipientStatus, RecipientAction | 'withdraw', RecipientFacts>({
  initial: 'pending',
  states: ['pending', 'signed', 'answered', 'returned', 'accepted', 'reinspection', 'withdrawn'],
  transitions: {
    sign: { from: ['pending'], to: 'signed', guard: live },
    answer: { from: ['signed', 'returned', 'reinspection'], to: 'answered', guard: live },
    accept: { from: ['answered', 'reinspection'], to: 'accepted', guard: live },
    return: { from: ['answered', 'reinspection'], to: 'returned', guard: live },
    reinspect: {
      from: ['answered', 'accepted'],
      to: 'reinspection',
      guard: (facts) => (facts.notice === 'closed' ? undefined : live(facts)),
    },
    // Asking for time and deciding on it change the deadline, not the state.
    extend: {
      from: ['signed', 'returned', 'reinspection'],
      to: 'signed',
      guard: (facts) => {
        if (live(facts) !== undefined) return live(facts);
        if (extensionPending(facts)) return new XinglinError('notice.extension_pending');
        if (facts.deadline === null || facts.now > facts.deadline) return new XinglinError('notice.extension_late');
        return undefined;
      },
    },
    'decide-extension': {
      from: ['signed', 'returned', 'reinspection'],
      to: 'signed',
      guard: (facts) => live(facts) ?? (extensionPending(facts) ? undefined : new XinglinError('notice.no_extension')),
    },
    withdraw: { from: ['pending', 'signed', 'answered', 'returned', 'accepted', 'reinspection'], to: 'withdrawn' },
  },
});

/** The state after an action; an extension leaves it as it is. */
export function nextRecipientStatus(
  state: RecipientStatus,
  action: RecipientAction | 'withdraw',
  facts: RecipientFacts,
): RecipientStatus {
  const next = recipientMachine.next(state, action, facts);
  return action === 'extend' || action === 'decide-extension' ? state : next;
}

interface Right {
  readonly side: Side;
  readonly permission: Permission;
}

export const RECIPIENT_RIGHTS: Readonly<Record<RecipientAction, Right>> = {
  sign: { side: 'recipient', permission: 'notice:answer' },
  answer: { side: 'recipient', permission: 'notice:answer' },
  extend: { side: 'recipient', permission: 'notice:answer' },
  accept: { side: 'issuer', permission: 'notice:review' },
  return: { side: 'issuer', permission: 'notice:review' },
  reinspect: { side: 'issuer', permission: 'notice:review' },
  'decide-extension': { side: 'issuer', permission: 'notice:review' },
};

export function sideOf(actor: Actor, issuer: string, recipient: string): Side | undefined {
  if (inScope(actor, issuer)) return 'issuer';
  return inScope(actor, recipient) ? 'recipient' : undefined;
}

/** Throws unless the actor stands on the action's side and holds its permission. */
export function requireSide(actor: Actor, action: RecipientAction, issuer: string, recipient: string): void {
  const right = RECIPIENT_RIGHTS[action];
  if (!actor.permissions.has(right.permission))
    throw new XinglinError('access.denied', { permission: right.permission });
  if (sideOf(actor, issuer, recipient) !== right.side) {
    throw new XinglinError('notice.side', {
      side: right.side === 'issuer' ? '发文单位 / issuer' : '接收单位 / recipient',
    });
  }
}

/** What the actor may do with this recipient's part now; what the console offers as buttons. */
export function recipientActions(
  actor: Actor,
  issuer: string,
  recipient: string,
  state: RecipientStatus,
  facts: RecipientFacts,
): RecipientAction[] {
  const side = sideOf(actor, issuer, recipient);
  return RECIPIENT_ACTIONS.filter((action) => {
    const right = RECIPIENT_RIGHTS[action];
    return right.side === side && actor.permissions.has(right.permission) && recipientMachine.can(state, action, facts);
  });
}

/** What the actor may do with the notice as a whole now. */
export function noticeActions(actor: Actor, issuer: string, state: NoticeStatus, facts: NoticeFacts): string[] {
  if (!inScope(actor, issuer) || !actor.permissions.has('notice:issue')) return [];
  const actions: string[] = noticeMachine.actions(state, facts).filter((action) => action !== 'reopen');
  return state === 'draft' ? ['edit', 'delete', ...actions] : actions;
}

/** Recipients that still owe something. */
export const OPEN_RECIPIENT: readonly RecipientStatus[] = ['pending', 'signed', 'answered', 'returned', 'reinspection'];
/** Recipients whose deadline runs: once answered, the issuer has the ball. */
export const CLOCK_RUNS: readonly RecipientStatus[] = ['pending', 'signed', 'returned', 'reinspection'];

export function isOverdue(status: RecipientStatus, deadline: Date | null, now: Date): boolean {
  return CLOCK_RUNS.includes(status) && deadline !== null && now > deadline;
}
