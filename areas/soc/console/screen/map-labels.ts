/** Greedy label placement: important first, four sides tried, one that would touch another is left out rather than overlapped. */
export interface LabelWish {
  readonly id: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Distance from the node's centre. */
  readonly gap: number;
  readonly weight: number;
}

export interface PlacedLabel {
  readonly id: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const overlaps = (a: Box, b: Box) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** `obstacles`: boxes of marks that no label may cover. Answers the left-middle point of each label that found room. */
export function placeLabels(
  wishes: readonly LabelWish[],
  obstacles: readonly Box[],
  bounds: { readonly width: number; readonly height: number },
): readonly PlacedLabel[] {
  const taken: Box[] = [...obstacles];
  const placed: PlacedLabel[] = [];
  for (const wish of wishes.toSorted((a, b) => b.weight - a.weight)) {
    const { x, y, width, height, gap } = wish;
    const sides: readonly Box[] = [
      { x: x + gap, y: y - height / 2, w: width, h: height },
      { x: x - gap - width, y: y - height / 2, w: width, h: height },
      { x: x - width / 2, y: y - gap - height, w: width, h: height },
      { x: x - width / 2, y: y + gap, w: width, h: height },
    ];
    const free = sides.find(
      (box) =>
        box.x >= 4 &&
        box.y >= 4 &&
        box.x + box.w <= bounds.width - 4 &&
        box.y + box.h <= bounds.height - 4 &&
        !taken.some((other) => overlaps(box, other)),
    );
    if (free === undefined) continue;
    taken.push(free);
    placed.push({ id: wish.id, text: wish.text, x: free.x, y: free.y + height / 2, weight: wish.weight });
  }
  return placed;
}
