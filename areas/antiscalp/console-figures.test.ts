import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketSeconds } from './console-events.ts';
import { identityGraph, tallyGroups } from './console-figures.ts';

const device = (name: string, clients: readonly string[]) => ({ device: name, clients, actions: ['book'], keys: [] });

test('tallyGroups() counts a refused device once per group and only its own fate', () => {
  const groups = [
    { name: 'browser', decisions: 10, devices: 4 },
    { name: 'app', decisions: 2, devices: 2 },
    { name: 'kiosk', decisions: 5, devices: 1 },
  ];
  const refused = [device('a', ['browser']), device('b', ['browser', 'app']), device('c', ['app'])];
  const fates = new Map([
    ['a', { appealed: true, wronged: true, open: false }],
    ['b', { appealed: true, wronged: false, open: true }],
  ]);
  expect(tallyGroups(groups, refused, fates, ({ clients }) => clients)).toEqual([
    { name: 'browser', decisions: 10, devices: 4, refused: 2, appealed: 2, wronged: 1, open: 1 },
    { name: 'app', decisions: 2, devices: 2, refused: 2, appealed: 1, wronged: 0, open: 1 },
    { name: 'kiosk', decisions: 5, devices: 1, refused: 0, appealed: 0, wronged: 0, open: 0 },
  ]);
});

test('identityGraph() joins ids of one request as a star and hand-overs as arrows', () => {
  const graph = identityGraph(
    'd1',
    [
      { keys: { device: 'd1', account: 'a1', person: 'p1' }, count: 3, refused: 1 },
      { keys: { device: 'd1', person: 'p2' }, count: 2, refused: 0 },
    ],
    [{ from: 'p1', to: 'p2', count: 4 }],
    10,
  );
  expect(graph.nodes.map(({ key }) => key)).toEqual(['d1', 'p1', 'p2', 'a1']);
  expect(graph.nodes[0]).toEqual({ key: 'd1', type: 'device', count: 5, refused: 1 });
  expect(graph.edges).toContainEqual({ from: 'd1', to: 'p2', kind: 'seen', count: 2 });
  expect(graph.edges).toContainEqual({ from: 'p1', to: 'p2', kind: 'hand-over', count: 4 });
  expect(graph.edges.some(({ from, to }) => from === 'a1' && to === 'p1')).toBe(false);
  expect(graph.cut).toBe(false);
});

test('identityGraph() never shows an edge without both ends, keeps the centre and says when it cut', () => {
  const id = fc.constantFrom('d', 'e', 'f', 'g', 'h');
  fc.assert(
    fc.property(
      fc.array(fc.record({ device: id, person: id, count: fc.integer({ min: 1, max: 9 }) }), { minLength: 1 }),
      fc.integer({ min: 1, max: 5 }),
      (rows, limit) => {
        const seen = rows.map((row) => ({
          keys: { device: row.device, person: `p${row.person}` },
          count: row.count,
          refused: 0,
        }));
        const centre = rows[0]?.device ?? '';
        const graph = identityGraph(centre, seen, [], limit);
        const names = new Set(graph.nodes.map(({ key }) => key));
        expect(graph.nodes[0]?.key).toBe(centre);
        expect(graph.nodes.length).toBeLessThanOrEqual(limit);
        expect(graph.edges.every(({ from, to }) => names.has(from) && names.has(to))).toBe(true);
        const all = new Set(seen.flatMap(({ keys }) => Object.values(keys)));
        expect(graph.cut).toBe(all.size > limit);
      },
    ),
  );
});

test('bucketSeconds() keeps every range within 120 buckets', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 * 86_400 }), (length) => {
      const from = new Date(0);
      const to = new Date(length * 1000);
      expect(length / bucketSeconds({ from, to })).toBeLessThanOrEqual(120);
    }),
  );
  expect(bucketSeconds({ from: new Date(0), to: new Date(86_400_000) })).toBe(1800);
});
