import type { SimulationResult } from '../../release/core/simulate.ts';

export interface SimulationBar {
  readonly name: string;
  readonly kind: 'patient' | 'bot' | 'unused';
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A simulation's shares of the places in the order they are read: all patients, scalpers one by one, what nobody took. */
export function simulationBars(
  result: SimulationResult,
  words: { readonly patients: string; readonly unused: string },
): SimulationBar[] {
  const bar = (
    name: string,
    kind: SimulationBar['kind'],
    { value, low, high }: SimulationResult['patientShare'],
  ): SimulationBar => ({ name, kind, value, low: Math.max(0, low), high: Math.min(1, high) });
  return [
    bar(words.patients, 'patient', result.patientShare),
    ...(result.byGroup.length > 1 ? result.byGroup.map((group) => bar(group.name, 'patient', group.share)) : []),
    ...result.byBot.map((bot) => bar(bot.name, 'bot', bot.share)),
    bar(words.unused, 'unused', result.unused),
  ];
}
