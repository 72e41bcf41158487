import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildRegion, outline, placeSites, unitHash } from './region-geometry.ts';
import type { Located, Point, Site } from './region-geometry.ts';

const area = (polygon: readonly Point[]): number =>
  Math.abs(
    polygon.reduce((sum, point, index) => {
      const next = polygon[(index + 1) % polygon.length] ?? point;
      return sum + point.x * next.y - next.x * point.y;
    }, 0),
  ) / 2;

const located = fc
  .array(
    fc.record({
      longitude: fc.double({ min: 113, max: 115, noNaN: true }),
      latitude: fc.double({ min: 22, max: 24, noNaN: true }),
      group: fc.constantFrom('a', 'b', 'c'),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((items): Located[] => items.map((item, index) => ({ ...item, id: `i${String(index)}` })));

describe('placeSites()', () => {
  test('keeps every institution inside the margin, whatever its coordinates', () => {
    fc.assert(
      fc.property(located, (items) => {
        const sites = placeSites(items, 1000, 600, 70, 40);
        expect(sites.map((site) => site.id)).toEqual(items.map((item) => item.id));
        for (const site of sites) {
          expect(site.x).toBeGreaterThanOrEqual(69.9);
          expect(site.x).toBeLessThanOrEqual(930.1);
          expect(site.y).toBeGreaterThanOrEqual(69.9);
          expect(site.y).toBeLessThanOrEqual(530.1);
        }
      }),
    );
  });

  test('puts north above south and west left of east', () => {
    const [north, south, east] = placeSites(
      [
        { id: 'n', group: 'a', longitude: 113, latitude: 24 },
        { id: 's', group: 'a', longitude: 113, latitude: 23 },
        { id: 'e', group: 'a', longitude: 114, latitude: 23.5 },
      ],
      1000,
      600,
      70,
      40,
    ) as [Site, Site, Site];
    expect(north.y).toBeLessThan(south.y);
    expect(east.x).toBeGreaterThan(south.x);
  });

  test('places an institution without coordinates near its county', () => {
    const sites = placeSites(
      [
        { id: 'a1', group: 'a', longitude: 113, latitude: 23 },
        { id: 'a2', group: 'a', longitude: null, latitude: null },
        { id: 'b1', group: 'b', longitude: 115, latitude: 23 },
      ],
      1000,
      600,
      70,
      40,
    );
    const [a1, a2, b1] = sites as [Site, Site, Site];
    expect(Math.hypot(a1.x - a2.x, a1.y - a2.y)).toBeLessThan(Math.hypot(b1.x - a2.x, b1.y - a2.y));
  });

  test('moves two institutions at one address apart', () => {
    const [one, two] = placeSites(
      [
        { id: 'x', group: 'a', longitude: 113, latitude: 23 },
        { id: 'y', group: 'a', longitude: 113, latitude: 23 },
      ],
      1000,
      600,
      70,
      40,
    ) as [Site, Site];
    expect(Math.hypot(one.x - two.x, one.y - two.y)).toBeGreaterThan(35);
  });
});

describe('buildRegion()', () => {
  test('divides the outline among the sites without gap or overlap', () => {
    fc.assert(
      fc.property(located, (items) => {
        const sites = placeSites(items, 1000, 600, 70, 40);
        const region = buildRegion(sites, 60);
        const whole = area(outline(sites, 60));
        const sum = region.cells.reduce((total, cell) => total + area(cell.polygon), 0);
        expect(Math.abs(sum - whole) / whole).toBeLessThan(0.02);
      }),
      { numRuns: 60 },
    );
  });

  test('is the same picture every time', () => {
    const sites = placeSites(
      [
        { id: 'a', group: 'g', longitude: 113, latitude: 23 },
        { id: 'b', group: 'h', longitude: 114, latitude: 23.4 },
        { id: 'c', group: 'h', longitude: 113.6, latitude: 22.7 },
      ],
      1000,
      600,
      70,
      40,
    );
    expect(buildRegion(sites, 60)).toEqual(buildRegion(sites, 60));
  });

  test('draws the border of two counties as such, and once', () => {
    const sites = placeSites(
      [
        { id: 'a', group: 'g', longitude: 113, latitude: 23 },
        { id: 'b', group: 'h', longitude: 114, latitude: 23 },
      ],
      1000,
      600,
      70,
      40,
    );
    const { borders, centres } = buildRegion(sites, 60);
    expect(borders.filter((border) => border.kind === 'group')).toHaveLength(1);
    expect(borders.filter((border) => border.kind === 'inner')).toHaveLength(0);
    expect([...centres.keys()].toSorted()).toEqual(['g', 'h']);
  });
});

test('unitHash() spreads over the unit interval', () => {
  const values = Array.from({ length: 2000 }, (_, index) => unitHash(`institution-${String(index)}`));
  for (const value of values) expect(value >= 0 && value < 1).toBe(true);
  for (let slot = 0; slot < 10; slot += 1)
    expect(values.filter((value) => Math.floor(value * 10) === slot).length).toBeGreaterThan(120);
});
