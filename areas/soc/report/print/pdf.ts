import { createRequire } from 'node:module';
import type { TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { FONT_FILES, PDF_FONTS } from './fonts.ts';

interface PdfMake {
  setFonts(fonts: object): void;
  setUrlAccessPolicy(allow: (url: string) => boolean): void;
  setLocalAccessPolicy(allow: (path: string) => boolean): void;
  createPdf(definition: TDocumentDefinitions): { getBuffer(): Promise<Uint8Array> };
}

let pdfmake: PdfMake | undefined;

/** Only in the render worker: laying out a long document takes seconds. */
export async function renderPdf(definition: TDocumentDefinitions): Promise<Uint8Array> {
  if (pdfmake === undefined) {
    pdfmake = createRequire(import.meta.url)('pdfmake') as PdfMake;
    const fonts = new Set<string>(Object.values(FONT_FILES));
    pdfmake.setFonts(PDF_FONTS);
    // A document never fetches anything, and opens no file but the fonts.
    pdfmake.setUrlAccessPolicy(() => false);
    pdfmake.setLocalAccessPolicy((path) => fonts.has(path));
  }
  return await pdfmake.createPdf(definition).getBuffer();
}
