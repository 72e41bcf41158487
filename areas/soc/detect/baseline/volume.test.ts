import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFirstSeen } from './first-seen.ts';
import { createVolume } from './volume.ts';
import type { Volume, VolumeAnomaly, VolumeOptions } from './volume.ts';

const HOUR = 3_600_000;
const WEEK = 168;
/** A Monday, 00:00 in Beijing. */
const START = Date.UTC(2026, 0, 4, 16);
const OPTIONS: VolumeOptions = {
  weeks: 4,
  learnWeeks: 2,
  threshold: 6,
  minDifference: 20,
  maxSeries: 10,
  utcOffsetMinutes: 480,
  latenessMs: 0,
};

function fill(volume: Volume, from: number, to: number, count: (hour: number) => number): VolumeAnomaly[] {
  const found: VolumeAnomaly[] = [];
  for (let hour = from; hour < to; hour += 1) {
    for (let index = 0; index < count(hour); index += 1) volume.count('cn.h1', 'a.log', START + hour * HOUR + index);
    found.push(...volume.close(START + (hour + 1) * HOUR));
  }
  return found;
}

describe('createVolume()', () => {
  it('never tells of an hour that is like its weeks, whatever the week looks like', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: WEEK, maxLength: WEEK }), (week) => {
        const volume = createVolume(OPTIONS);
        expect(fill(volume, 0, 4 * WEEK, (hour) => week[hour % WEEK] ?? 0)).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  it('tells exactly the hour that is unlike, up or down, and learns it without being moved by it', () => {
    const volume = createVolume(OPTIONS);
    const odd = new Map([
      [3 * WEEK + 50, 900],
      [3 * WEEK + 80, 0],
    ]);
    const found = fill(volume, 0, 4 * WEEK, (hour) => odd.get(hour) ?? 100);
    expect(
      found.map(({ hour, direction, count, median }) => [(hour - START) / HOUR, direction, count, median]),
    ).toEqual([
      [3 * WEEK + 50, 'up', 900, 100],
      [3 * WEEK + 80, 'down', 0, 100],
    ]);
    expect(fill(volume, 4 * WEEK, 4 * WEEK + 51, (hour) => (hour === 4 * WEEK + 50 ? 880 : 100))).toEqual([]);
  });

  it('is silent until the hour has been seen often enough, and about small differences', () => {
    expect(fill(createVolume(OPTIONS), 0, 2 * WEEK, (hour) => (hour === 200 ? 500 : 10))).toEqual([]);
    expect(fill(createVolume(OPTIONS), 0, 4 * WEEK, (hour) => (hour === 3 * WEEK + 9 ? 15 : 0))).toEqual([]);
  });

  it('counts what comes too late and what it must forget, and keeps no more series than it may', () => {
    const volume = createVolume(OPTIONS);
    fill(volume, 0, 5, () => 3);
    volume.count('cn.h1', 'a.log', START + HOUR);
    expect(volume.late).toBe(1);
    for (let index = 0; index < 30; index += 1) volume.count('cn.h1', `d${index}`, START + 6 * HOUR);
    expect(volume.series).toBe(10);
  });

  it('neither judges nor learns blind hours', () => {
    const volume = createVolume(OPTIONS);
    fill(volume, 0, 3 * WEEK, () => 100);
    volume.blind(START + (3 * WEEK + 10) * HOUR);
    expect(fill(volume, 3 * WEEK, 3 * WEEK + 11, () => 0)).toEqual([]);
    expect(fill(volume, 3 * WEEK + 11, 3 * WEEK + 12, () => 0)).toHaveLength(1);
  });

  it('save() and restore() give the same volume; counts of another length are left out', () => {
    const volume = createVolume(OPTIONS);
    fill(volume, 0, 3 * WEEK, () => 50);
    const other = createVolume(OPTIONS);
    other.restore(volume.save(), volume.blindUntil);
    expect(other.save()).toEqual(volume.save());
    const tell = (one: Volume): VolumeAnomaly[] => fill(one, 3 * WEEK, 3 * WEEK + 3, () => 500);
    expect(tell(other)).toEqual(tell(volume));
    other.restore([{ tenant: 't', dataset: 'd', counts: [1, 2], open: [], next: 0 }], 0);
    expect(other.series).toBe(0);
  });
});

describe('createFirstSeen()', () => {
  it('keeps the institutions with the most sightings, and goes on from what it saved', () => {
    const options = { learnMs: 10, learnEvents: 2, maxValues: 5, maxBooks: 2, maxPerDay: 9 };
    const firstSeen = createFirstSeen(options);
    const see = (tenant: string, key: string, at: number): boolean =>
      firstSeen.see(tenant, { kind: 'process', key, shown: key }, at) !== undefined;
    for (let at = 0; at < 20; at += 1) see('big', 'a', at);
    see('small', 'a', 20);
    see('new', 'a', 21);
    expect(firstSeen.stats.books).toBe(2);
    expect(firstSeen.save().map(({ tenant }) => tenant)).toEqual(['big', 'new']);
    const restored = createFirstSeen(options);
    restored.restore(firstSeen.save());
    expect(restored.save()).toEqual(firstSeen.save());
    expect(restored.see('big', { kind: 'process', key: 'b', shown: 'b' }, 30)).toMatchObject({
      known: 1,
      sightings: 21,
    });
  });
});
