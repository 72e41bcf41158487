import { ROLE_PERMISSIONS, inScope } from '@xinglin/platform/access';
import type { Actor, Role } from '@xinglin/platform/access';
import { XinglinError } from '@xinglin/platform/kernel';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CLOCK_RUNS,
  OPEN_RECIPIENT,
  RECIPIENT_ACTIONS,
  RECIPIENT_RIGHTS,
  isOverdue,
  nextRecipientStatus,
  noticeActions,
  noticeMachine,
  recipientActions,
  recipientMachine,
  requireSide,
  sideOf,
} from './machine.ts';
import type { Extension, NoticeStatus, RecipientAction, RecipientFacts, RecipientStatus } from './machine.ts';

const ISSUER = 'cn.gd.dg';
const RECIPIENT = 'cn.gd.dg.h1';
const now = new Date('2026-11-23T02:00:00Z');
const later = new Date('2026-11-30T09:30:00Z');

function actor(role: Role, ...scopes: string[]): Actor {
  return {
    kind: 'user',
    id: role,
    name: role,
    roles: [role],
    tenant: scopes[0] ?? '',
    scopes,
    permissions: new Set(ROLE_PERMISSIONS[role]),
  };
}
const facts = (over: Partial<RecipientFacts> = {}): RecipientFacts => ({
  notice: 'issued',
  deadline: later,
  extension: null,
  now,
  ...over,
});
const pending: Extension = {
  requestedUntil: '2026-12-07',
  reason: '停机窗口',
  requestedBy: 'u',
  requestedAt: now.toISOString(),
};
const anyFacts = fc.record({
  notice: fc.constantFrom<NoticeStatus>('draft', 'issued', 'withdrawn', 'closed'),
  deadline: fc.constantFrom(later, new Date('2026-11-20T00:00:00Z'), null),
  extension: fc.constantFrom(null, pending, { ...pending, decision: 'refused' as const }),
  now: fc.constant(now),
});

/** The only moves an office would recognise; written down apart from the machine, so that a slip in it shows. */
const LEGAL: Readonly<Record<RecipientStatus, Partial<Record<RecipientAction | 'withdraw', RecipientStatus>>>> = {
  pending: { sign: 'signed', withdraw: 'withdrawn' },
  signed: { answer: 'answered', extend: 'signed', 'decide-extension': 'signed', withdraw: 'withdrawn' },
  answered: { accept: 'accepted', return: 'returned', reinspect: 'reinspection', withdraw: 'withdrawn' },
  returned: { answer: 'answered', extend: 'returned', 'decide-extension': 'returned', withdraw: 'withdrawn' },
  reinspection: {
    answer: 'answered',
    accept: 'accepted',
    return: 'returned',
    extend: 'reinspection',
    'decide-extension': 'reinspection',
    withdraw: 'withdrawn',
  },
  accepted: { reinspect: 'reinspection', withdraw: 'withdrawn' },
  withdrawn: {},
};

describe('recipientMachine', () => {
  test('no sequence of actions leaves the legal moves', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...RECIPIENT_ACTIONS, 'withdraw' as const), anyFacts), { maxLength: 40 }),
        (steps) => {
          let state: RecipientStatus = 'pending';
          let signed = false;
          for (const [action, given] of steps) {
            const before: RecipientStatus = state;
            try {
              state = nextRecipientStatus(state, action, given);
            } catch (error) {
              expect(error).toBeInstanceOf(XinglinError);
              expect(state).toBe(before);
              continue;
            }
            expect(LEGAL[before][action], `${before} --${action}-->`).toBe(state);
            signed ||= action === 'sign';
            // Nothing is answered or accepted that was not signed for.
            if (['answered', 'returned', 'accepted', 'reinspection'].includes(state)) expect(signed).toBe(true);
            if (action !== 'withdraw' && !(action === 'reinspect' && given.notice === 'closed'))
              expect(given.notice).toBe('issued');
          }
        },
      ),
      { numRuns: 500 },
    );
  });
  test('withdrawn is the only end', () => expect(recipientMachine.final).toEqual(['withdrawn']));
  test('extend is refused after the deadline, without one, and while a request waits', () => {
    expect(() =>
      nextRecipientStatus('signed', 'extend', facts({ deadline: new Date('2026-11-20T00:00:00Z') })),
    ).toThrow(/deadline has passed/);
    expect(() => nextRecipientStatus('signed', 'extend', facts({ deadline: null }))).toThrow(XinglinError);
    expect(() => nextRecipientStatus('signed', 'extend', facts({ extension: pending }))).toThrow(/waiting already/);
    expect(nextRecipientStatus('returned', 'extend', facts({ extension: { ...pending, decision: 'refused' } }))).toBe(
      'returned',
    );
  });
  test('decide-extension needs a request', () => {
    expect(() => nextRecipientStatus('signed', 'decide-extension', facts())).toThrow(/No extension request/);
    expect(nextRecipientStatus('reinspection', 'decide-extension', facts({ extension: pending }))).toBe('reinspection');
  });
});

describe('sides', () => {
  const people: Actor[] = [
    actor('supervisor', ISSUER),
    actor('officer', RECIPIENT),
    actor('officer', ISSUER),
    actor('supervisor', 'cn.gd'),
    actor('officer', 'cn.gd.dg.h2'),
    actor('viewer', ISSUER),
    actor('viewer', RECIPIENT),
    actor('engineer', RECIPIENT, 'cn.gd.dg.h2'),
    actor('auditor', ''),
    actor('system-admin', ''),
  ];
  const anyone = fc.constantFrom(...people);
  const states = fc.constantFrom(...recipientMachine.states);

  test("the other side's action is refused in every state, and what is offered is exactly what is allowed", () => {
    fc.assert(
      fc.property(anyone, fc.constantFrom(...RECIPIENT_ACTIONS), states, anyFacts, (who, action, state, given) => {
        const offered = recipientActions(who, ISSUER, RECIPIENT, state, given).includes(action);
        let allowed = true;
        try {
          requireSide(who, action, ISSUER, RECIPIENT);
          nextRecipientStatus(state, action, given);
        } catch {
          allowed = false;
        }
        expect(offered).toBe(allowed);
        const { side, permission } = RECIPIENT_RIGHTS[action];
        if (sideOf(who, ISSUER, RECIPIENT) !== side || !who.permissions.has(permission)) {
          expect(() => requireSide(who, action, ISSUER, RECIPIENT)).toThrow(XinglinError);
        }
      }),
      { numRuns: 1000 },
    );
  });
  test('nobody stands on both sides: an officer of the issuing commission cannot answer for the hospital below it', () => {
    expect(sideOf(actor('officer', ISSUER), ISSUER, RECIPIENT)).toBe('issuer');
    expect(() => requireSide(actor('officer', ISSUER), 'answer', ISSUER, RECIPIENT)).toThrow(/recipient/);
    expect(sideOf(actor('officer', 'cn.gd.dg.h10'), ISSUER, RECIPIENT)).toBeUndefined();
  });
  test('an engineer who serves the hospital may answer for it, another hospital may not', () => {
    expect(recipientActions(actor('engineer', RECIPIENT), ISSUER, RECIPIENT, 'pending', facts())).toEqual(['sign']);
    expect(recipientActions(actor('officer', 'cn.gd.dg.h2'), ISSUER, RECIPIENT, 'pending', facts())).toEqual([]);
  });
  test('noticeActions() offers nothing to who is not the issuer', () => {
    fc.assert(
      fc.property(
        anyone,
        fc.constantFrom<NoticeStatus>(...noticeMachine.states),
        fc.nat({ max: 3 }),
        (who, state, open) => {
          const actions = noticeActions(who, ISSUER, state, { open });
          if (!inScope(who, ISSUER) || !who.permissions.has('notice:issue')) expect(actions).toEqual([]);
          if (open > 0) expect(actions).not.toContain('close');
          expect(actions).not.toContain('reopen');
        },
      ),
    );
    expect(noticeActions(actor('supervisor', ISSUER), ISSUER, 'draft', { open: 1 })).toEqual([
      'edit',
      'delete',
      'issue',
    ]);
    expect(noticeActions(actor('supervisor', ISSUER), ISSUER, 'issued', { open: 0 })).toEqual(['withdraw', 'close']);
  });
});

describe('noticeMachine', () => {
  test('closes only when nobody owes anything, and says how many do', () => {
    expect(() => noticeMachine.next('issued', 'close', { open: 2 })).toThrow(/2 recipients/);
    expect(noticeMachine.next('issued', 'close', { open: 0 })).toBe('closed');
  });
  test('a withdrawn notice stays withdrawn', () => {
    for (const action of ['issue', 'withdraw', 'close', 'reopen'] as const)
      expect(() => noticeMachine.next('withdrawn', action, { open: 0 })).toThrow(/not possible/);
  });
});

test('isOverdue() stops with the feedback and starts again when it is returned', () => {
  const past = new Date('2026-11-20T00:00:00Z');
  expect(recipientMachine.states.filter((state) => isOverdue(state, past, now)).toSorted()).toEqual(
    CLOCK_RUNS.toSorted(),
  );
  expect(isOverdue('signed', null, now)).toBe(false);
  expect(isOverdue('signed', later, now)).toBe(false);
  expect(OPEN_RECIPIENT).toContain('answered');
});
