import { XinglinError, registerErrors } from './errors.ts';

registerErrors({
  'fsm.not_allowed': {
    status: 409,
    zh: '当前状态“{state}”不能执行“{action}”；可执行：{allowed}',
    en: "'{action}' is not possible in state '{state}'; possible: {allowed}",
  },
});

/** One way from a state to another. A guard returns the error that forbids it, or nothing. */
export interface Transition<S extends string, Context> {
  readonly from: readonly S[];
  /** A function when the target depends on the facts, e.g. a feedback that arrives late. */
  readonly to: S | ((context: Context) => S);
  readonly guard?: (context: Context) => XinglinError | undefined;
}

export interface MachineSpec<S extends string, A extends string, Context> {
  readonly initial: S;
  readonly states: readonly S[];
  readonly transitions: Readonly<Record<A, Transition<S, Context>>>;
}

export interface Machine<S extends string, A extends string, Context> {
  readonly initial: S;
  readonly states: readonly S[];
  /** The state after the action. Throws `fsm.not_allowed`, or what the guard gave. */
  next(state: S, action: A, context: Context): S;
  /** True when `next` would succeed. */
  can(state: S, action: A, context: Context): boolean;
  /** Actions that may be offered to a person in this state. */
  actions(state: S, context: Context): A[];
  /** States from which no transition leads away. */
  readonly final: readonly S[];
}

/**
 * A finite state machine as data: states, named transitions, guards. Refuses a specification whose states cannot all be
 * reached from the first, when no target is computed, so a forgotten transition shows at start and not in an office.
 */
export function defineMachine<S extends string, A extends string, Context = void>(
  spec: MachineSpec<S, A, Context>,
): Machine<S, A, Context> {
  // Object.entries forgets that the keys are exactly A.
  const entries = Object.entries(spec.transitions) as [A, Transition<S, Context>][];
  for (const [action, transition] of entries) {
    const named = typeof transition.to === 'function' ? transition.from : [...transition.from, transition.to];
    for (const state of named)
      if (!spec.states.includes(state)) throw new Error(`transition '${action}' names unknown state '${state}'`);
  }
  if (entries.every(([, transition]) => typeof transition.to === 'string')) {
    const reached = new Set<S>([spec.initial]);
    for (let before = 0; before !== reached.size;) {
      before = reached.size;
      for (const [, transition] of entries) {
        if (typeof transition.to === 'string' && transition.from.some((state) => reached.has(state)))
          reached.add(transition.to);
      }
    }
    const lost = spec.states.filter((state) => !reached.has(state));
    if (lost.length > 0) throw new Error(`states cannot be reached: ${lost.join(', ')}`);
  }

  const possible = (state: S): A[] =>
    entries.filter(([, transition]) => transition.from.includes(state)).map(([action]) => action);
  const refusal = (state: S, action: A, context: Context): XinglinError | undefined => {
    const transition = spec.transitions[action];
    if (!transition.from.includes(state)) {
      return new XinglinError('fsm.not_allowed', { state, action, allowed: possible(state).join(', ') || '-' });
    }
    return transition.guard?.(context);
  };

  return {
    initial: spec.initial,
    states: spec.states,
    final: spec.states.filter((state) => possible(state).length === 0),
    next(state, action, context) {
      const error = refusal(state, action, context);
      if (error !== undefined) throw error;
      const { to } = spec.transitions[action];
      return typeof to === 'function' ? to(context) : to;
    },
    can: (state, action, context) => refusal(state, action, context) === undefined,
    actions: (state, context) => possible(state).filter((action) => refusal(state, action, context) === undefined),
  };
}
