import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DistinctCounter, RotatingBloom } from './distinct-counter.ts';
import { EntityTable } from './entity-table.ts';
import { IdentityGraph } from './identity-graph.ts';
import { WindowCounter } from './window-counter.ts';
import { pack, unpack } from './snapshot.ts';

const START = 1_760_000_000_000;
const gaps = fc.array(fc.nat(9000), { minLength: 1, maxLength: 200 });

describe('WindowCounter', () => {
  it('is off by at most what a quarter window holds', () => {
    fc.assert(
      fc.property(gaps, fc.constantFrom(4000, 20_000, 60_000), (steps, windowMs) => {
        const table = new EntityTable(8);
        const counter = new WindowCounter(table, windowMs);
        const place = table.touch('k', START);
        const times: number[] = [];
        let at = START;
        for (const step of steps) {
          at += step;
          times.push(at);
          const got = counter.add(place, at, 1);
          const within = (ms: number): number => times.filter((time) => time > at - ms).length;
          expect(got).toBeGreaterThanOrEqual(within((windowMs * 3) / 4));
          expect(got).toBeLessThanOrEqual(within((windowMs * 5) / 4));
          expect(counter.read(place, at)).toBe(got);
        }
        expect(counter.read(place, at + windowMs * 2)).toBe(0);
      }),
    );
  });

  it('counts late events in their window and those too late as late', () => {
    const table = new EntityTable(8);
    const counter = new WindowCounter(table, 4000);
    const place = table.touch('k', START);
    counter.add(place, START + 10_000, 1);
    expect(counter.add(place, START + 9000, 1)).toBe(2);
    counter.add(place, START, 1);
    expect(counter.late).toBe(1);
  });

  it('stops at the most a bucket holds instead of wrapping', () => {
    const table = new EntityTable(8);
    const counter = new WindowCounter(table, 60_000);
    const place = table.touch('k', START);
    counter.add(place, START, 65_000);
    expect(counter.add(place, START, 65_000)).toBe(65_535);
  });
});

describe('DistinctCounter', () => {
  const make = () => {
    const table = new EntityTable(8);
    const counter = new DistinctCounter(table, 80_000, new RotatingBloom(1 << 14, 160_000), 7);
    return { counter, place: table.touch('k', START) };
  };

  it('is exact up to eight members within the window', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(7), fc.nat(3000)), { maxLength: 60 }), (events) => {
        const { counter, place } = make();
        const last = new Map<number, number>();
        let at = START;
        for (const [member, step] of events) {
          at += step;
          last.set(member, at);
          const got = counter.add(place, member + 100, at);
          // Forgetting goes by eighths of the window.
          const count = (ms: number): number => [...last.values()].filter((time) => time > at - ms).length;
          expect(got).toBeGreaterThanOrEqual(count(70_000));
          expect(got).toBeLessThanOrEqual(count(80_000));
        }
      }),
    );
  });

  it('goes on counting beyond eight, known members once', () => {
    const { counter, place } = make();
    for (let round = 0; round < 3; round++)
      for (let member = 1; member <= 300; member++) counter.add(place, member, START);
    const count = counter.add(place, 300, START);
    expect(count).toBeGreaterThan(290);
    expect(count).toBeLessThanOrEqual(300);
    expect(counter.read(place, START)).toBe(count);
    expect(counter.read(place, START + 400_000)).toBe(0);
  });
});

describe('EntityTable', () => {
  it('finds every key it holds after growing, and what is new is zero', () => {
    const table = new EntityTable(4096);
    table.reserve(1, 1, 1);
    for (let key = 0; key < 3000; key++) {
      const place = table.touch(`k${key}`, START);
      expect(table.words[place]).toBe(0);
      table.words[place] = key;
      table.floats[place] = key / 2;
    }
    expect(table.evicted).toBe(0);
    for (let key = 0; key < 3000; key++) {
      const place = table.find(`k${key}`);
      expect(table.words[place]).toBe(key);
      expect(table.floats[place]).toBe(key / 2);
    }
  });

  it('never grows beyond its cap; the one seen longest ago gives way', () => {
    const table = new EntityTable(64);
    table.reserve(4, 0);
    for (let key = 0; key < 5000; key++) {
      table.touch('regular', START + key * 1000);
      table.touch(key, START + key * 1000);
    }
    expect(table.size).toBeLessThanOrEqual(64);
    expect(table.evicted).toBeGreaterThan(4900);
    expect(table.find('regular')).toBeGreaterThanOrEqual(0);
    expect(table.find(4999)).toBeGreaterThanOrEqual(0);
    expect(table.find(3)).toBe(-1);
  });
});

describe('IdentityGraph', () => {
  it('counts the persons of a group as a plain search does', () => {
    const link = fc.tuple(fc.constantFrom('device', 'account'), fc.nat(6), fc.nat(12));
    fc.assert(
      fc.property(fc.array(link, { maxLength: 40 }), (links) => {
        const graph = new IdentityGraph(64, 3600);
        const neighbours = new Map<string, Set<string>>();
        for (const [kind, owner, person] of links) {
          graph.link(IdentityGraph.node(kind as 'device', owner + 1), IdentityGraph.node('person', person + 1), START);
          for (const [a, b] of [
            [`${kind}${owner}`, `p${person}`],
            [`p${person}`, `${kind}${owner}`],
          ] as const) {
            neighbours.set(a, (neighbours.get(a) ?? new Set()).add(b));
          }
        }
        graph.rebuild(START, 64);
        for (const [kind, owner] of links) {
          const group = new Set([`${kind}${owner}`]);
          for (const node of group) for (const next of neighbours.get(node) ?? []) group.add(next);
          const persons = [...group].filter((node) => node.startsWith('p')).length;
          expect(graph.groupSize(IdentityGraph.node(kind as 'device', owner + 1))).toBe(persons);
        }
      }),
    );
  });

  it('forgets old links and erased nodes', () => {
    const graph = new IdentityGraph(64, 3600);
    const [device, one, two] = [
      IdentityGraph.node('device', 5),
      IdentityGraph.node('person', 6),
      IdentityGraph.node('person', 7),
    ];
    graph.link(device, one, START);
    graph.link(device, two, START + 3_000_000);
    graph.rebuild(START + 3_000_000, 64);
    expect(graph.groupSize(device)).toBe(2);
    graph.link(IdentityGraph.node('phone', 1), two, START + 4_000_000);
    graph.rebuild(START + 4_000_000, 64);
    expect(graph.groupSize(device)).toBe(1);
    graph.forget(device);
    graph.rebuild(START + 4_000_000, 64);
    expect(graph.groupSize(device)).toBe(0);
  });
});

describe('unpack()', () => {
  it('gives back what pack() took', () => {
    const sections = { a: { x: Uint8Array.of(1, 2, 3), y: Float64Array.of(1.5) }, b: { z: Uint16Array.of(9, 8, 7) } };
    expect(unpack(pack(sections))).toEqual(sections);
  });

  it('throws a RangeError on any damage, never something else', () => {
    const bytes = pack({ a: { x: Uint32Array.of(1, 2, 3) } });
    fc.assert(
      fc.property(fc.nat(bytes.length - 5), (length) => {
        expect(() => unpack(bytes.subarray(0, length))).toThrow(RangeError);
      }),
    );
    expect(() => unpack(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toThrow(RangeError);
  });
});
