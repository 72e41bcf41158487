import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Resvg, initWasm } from '@resvg/resvg-wasm';
import { FONT_FILES } from '../print/fonts.ts';

let ready: Promise<{ fonts: Uint8Array[] }> | undefined;

/** Draws an SVG as PNG at `scale` times its size. WebAssembly, so it runs on every CPU Node runs on; one font file is read once. */
export async function svgToPng(svg: string, scale = 2.5): Promise<Uint8Array> {
  ready ??= load();
  const { fonts } = await ready;
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    background: '#ffffff',
    font: { fontBuffers: fonts, defaultFontFamily: RASTER_FONT },
  }).render();
  try {
    return image.asPng();
  } finally {
    image.free();
  }
}

export const RASTER_FONT = 'Noto Sans SC';

async function load(): Promise<{ fonts: Uint8Array[] }> {
  await initWasm(await readFile(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')));
  return { fonts: [await readFile(FONT_FILES.sans), await readFile(FONT_FILES.sansBold)] };
}
