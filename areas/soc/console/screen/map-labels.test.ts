import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeLabels } from './map-labels.ts';
import type { LabelWish } from './map-labels.ts';

const wish = fc.record({
  x: fc.integer({ min: 0, max: 1000 }),
  y: fc.integer({ min: 0, max: 600 }),
  width: fc.integer({ min: 20, max: 140 }),
  weight: fc.integer({ min: 0, max: 100 }),
});

test('placeLabels() never lets two labels touch or leave the wall', () => {
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 60 }), (items) => {
      const wishes = items.map((item, index): LabelWish => ({
        ...item,
        id: String(index),
        text: 'x',
        height: 18,
        gap: 12,
      }));
      const placed = placeLabels(wishes, [], { width: 1000, height: 600 });
      const boxes = placed.map((label) => ({
        x: label.x,
        y: label.y - 9,
        w: wishes[Number(label.id)]?.width ?? 0,
        h: 18,
      }));
      for (const [index, box] of boxes.entries()) {
        expect(box.x >= 0 && box.y >= 0 && box.x + box.w <= 1000 && box.y + box.h <= 600).toBe(true);
        for (const other of boxes.slice(index + 1))
          expect(
            box.x < other.x + other.w &&
              other.x < box.x + box.w &&
              box.y < other.y + other.h &&
              other.y < box.y + box.h,
          ).toBe(false);
      }
    }),
  );
});

test('placeLabels() gives way to the more important label', () => {
  const at = (id: string, weight: number): LabelWish => ({
    id,
    text: id,
    x: 500,
    y: 300,
    width: 600,
    height: 200,
    gap: 10,
    weight,
  });
  const placed = placeLabels([at('small', 1), at('large', 9)], [], { width: 1000, height: 560 });
  expect(placed[0]?.id).toBe('large');
});

test('placeLabels() keeps clear of marks', () => {
  const [label] = placeLabels(
    [{ id: 'a', text: 'a', x: 100, y: 100, width: 60, height: 18, gap: 12, weight: 1 }],
    [{ x: 112, y: 91, w: 60, h: 18 }],
    { width: 400, height: 400 },
  );
  expect(label?.x).toBeLessThan(100);
});
