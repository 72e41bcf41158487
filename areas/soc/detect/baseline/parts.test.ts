import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCappedMemory } from './capped-memory.ts';
import { processName, sightingsOf } from './observed.ts';
import { median, spreadOf } from './robust.ts';

describe('createCappedMemory()', () => {
  it('is a set of the values seen last', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 12 })), fc.integer({ min: 1, max: 8 }), (values, limit) => {
        const memory = createCappedMemory(limit);
        const model: string[] = [];
        values.forEach((value, at) => {
          const text = String(value);
          const before = model.indexOf(text);
          expect(memory.see(text, at)).toBe(before < 0);
          if (before >= 0) model.splice(before, 1);
          model.push(text);
          if (model.length > limit) model.shift();
        });
        expect(memory.entries().map(([value]) => value)).toEqual(model);
        expect(memory.size).toBe(model.length);
      }),
    );
  });
});

describe('median() and spreadOf()', () => {
  it('halves the values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), (values) => {
        const middle = median(values);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
    expect(median([])).toBeNaN();
  });

  it('is not moved by fewer than half wild values', () => {
    expect(spreadOf([100, 102, 98, 101, 99, 1_000_000, 0]).median).toBe(100);
    expect(spreadOf([100, 102, 98, 101, 99, 1_000_000, 0]).deviation).toBe(10);
    expect(spreadOf([0, 0, 0]).deviation).toBe(1);
  });
});

describe('processName()', () => {
  it.each([
    ['C:\\Windows\\System32\\svchost.exe', 'svchost.exe'],
    ['/usr/lib/jvm/java-17.0.2/bin/java', 'java'],
    ['C:\\Temp\\{5B3A3C1E-8A64-4D5E-9D0E-3B7F2C1D0A11}\\a.exe', 'a.exe'],
    ['update-1.2.3_44.exe', 'update-#.exe'],
    ['tmp0a1b2c3d4e.exe', 'tmp#a#b#c#d#e.exe'],
    ['decade.exe', 'decade.exe'],
    ['python3', 'python#'],
  ])('%s is %s', (path, name) => {
    expect(processName(path)).toBe(name);
  });

  it('never throws and never grows', () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        const name = processName(path);
        expect(name === undefined || name.length <= path.length * 2).toBe(true);
      }),
    );
  });
});

describe('sightingsOf()', () => {
  it('reads nothing of most events, and never throws', () => {
    expect(sightingsOf({ message: 'x' })).toEqual([]);
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('event.category', 'event.type', 'user.name', 'host.name'), fc.anything()),
        (event) => {
          expect(Array.isArray(sightingsOf(event))).toBe(true);
        },
      ),
    );
  });
});
