/** What befell one actor's journey, kept beside the world. `group`: a population or an attacker family. */
export interface Tally {
  readonly id: number;
  readonly group: string;
  readonly attacker: boolean;
  readonly nat: boolean;
  readonly persons: readonly string[];
  /** Highest probability the model gave to a request of the journey. */
  probability: number;
  requests: number;
  /** Asked for more than the silent check. */
  challenged: boolean;
  /** Refused, or gave up before the door. */
  blocked: boolean;
  /** Virtual ms spent on what the door asked for. */
  addedMs: number;
  /** Went on by telephone or window. */
  desk: boolean;
  readonly codes: Set<string>;
}

let ids = 0;
export function createTally(group: string, attacker: boolean, persons: readonly string[], nat = false): Tally {
  return {
    id: (ids += 1),
    group,
    attacker,
    nat,
    persons,
    probability: 0,
    requests: 0,
    challenged: false,
    blocked: false,
    addedMs: 0,
    desk: false,
    codes: new Set(),
  };
}
