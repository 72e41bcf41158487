import { expect, it } from 'vitest';
import { heatMapOf } from './rule-heat-map.ts';

const rule = (techniques: string[], tactics: string[], hits30d = 0, enabled = true) => ({
  techniques,
  tactics,
  hits30d,
  enabled,
});

it('heatMapOf() counts rules, those switched on and hits by technique, tactics in the order of the matrix', () => {
  const map = heatMapOf([
    rule(['T1110.001', 'T1110.003'], ['credential-access'], 5),
    rule(['T1110'], ['credential-access'], 2, false),
    rule(['T1059'], ['execution', 'credential-access'], 100),
    rule([], ['impact']),
  ]);
  expect(map).toMatchObject({ rules: 4, untagged: 1 });
  expect(map.tactics.map(({ tactic }) => tactic)).toEqual(['execution', 'credential-access', 'impact']);
  expect(map.tactics[1]).toMatchObject({ rules: 3, hits30d: 107 });
  expect(map.tactics[1]?.techniques).toEqual([
    { technique: 'T1059', rules: 1, enabled: 1, hits30d: 100, subTechniques: [] },
    { technique: 'T1110', rules: 2, enabled: 1, hits30d: 7, subTechniques: ['T1110.001', 'T1110.003'] },
  ]);
});
