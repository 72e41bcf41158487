import { DicomError, type DicomElement, type TransferSyntax } from './element.ts';

/** A rectangle of pixels from the upper left corner, in every frame. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const PIXELS = 0x7fe00010;

/**
 * The pixel data with `rectangles` set to zero. Only native pixels can be changed; compressed ones would have to be decoded first, and are
 * refused.
 */
export function blankPixels(
  elements: readonly DicomElement[],
  rectangles: readonly Rectangle[],
  syntax: TransferSyntax,
): DicomElement | undefined {
  const pixels = elements.find(({ tag }) => tag === PIXELS);
  if (pixels === undefined) return undefined;
  if (pixels.encapsulated === true)
    throw new DicomError(
      '(7FE0,0010)',
      0,
      `compressed pixel data (${syntax.uid}) cannot be blanked: decompress it first`,
    );
  const number = (tag: number, otherwise: number): number => {
    const found = elements.find((element) => element.tag === tag);
    return found === undefined || found.value.length < 2
      ? otherwise
      : new DataView(found.value.buffer, found.value.byteOffset).getUint16(0, syntax.littleEndian);
  };
  const rows = number(0x00280010, 0);
  const columns = number(0x00280011, 0);
  const samples = number(0x00280002, 1);
  const bits = number(0x00280100, 8);
  if (bits % 8 !== 0 || rows === 0 || columns === 0)
    throw new DicomError('(7FE0,0010)', 0, `pixels of ${bits} bits in ${rows} rows of ${columns} cannot be blanked`);
  const bytes = bits / 8;
  const planar = samples > 1 && number(0x00280006, 0) === 1;
  const value = pixels.value.slice();
  const pixel = bytes * (planar ? 1 : samples);
  const plane = rows * columns * pixel;
  for (let start = 0; start + plane <= value.length; start += plane)
    for (const { x, y, width, height } of rectangles) {
      const left = Math.min(Math.max(0, x), columns);
      const right = Math.min(Math.max(left, x + width), columns);
      for (let row = Math.max(0, y); row < Math.min(rows, y + height); row += 1) {
        const at = start + (row * columns + left) * pixel;
        value.fill(0, at, at + (right - left) * pixel);
      }
    }
  const { tag, vr } = pixels;
  return { tag, vr, value };
}
