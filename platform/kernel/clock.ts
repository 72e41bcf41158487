/** Where the time comes from; passed in, so that a test can move it. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

export interface TestClock {
  (): Date;
  /** Moves the clock forward. */
  advance(ms: number): void;
  set(time: Date | string): void;
}

/** A clock that stands still until it is moved. */
export function testClock(start: Date | string = '2026-01-05T08:00:00.000Z'): TestClock {
  let time = new Date(start).getTime();
  const clock = (): Date => new Date(time);
  return Object.assign(clock, {
    advance: (ms: number): void => {
      time += ms;
    },
    set: (to: Date | string): void => {
      time = new Date(to).getTime();
    },
  });
}
