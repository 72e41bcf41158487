import { parentPort } from 'node:worker_threads';
import { officialDocx, packDocx } from './official-docx.ts';
import { officialPdf } from './official-pdf.ts';
import { renderPdf } from './pdf.ts';
import { printable } from './printable.ts';
import type { OfficialDocument } from './official-document.ts';
import { reportDocx } from '../weekly/report-docx.ts';
import { reportPdf } from '../weekly/report-pdf.ts';
import type { ReportModel } from '../weekly/report-model.ts';

export type RenderJob =
  | { readonly kind: 'official'; readonly format: 'pdf' | 'docx'; readonly document: OfficialDocument }
  | { readonly kind: 'report'; readonly format: 'pdf' | 'docx'; readonly document: ReportModel };

export interface RenderRequest {
  readonly id: number;
  readonly job: RenderJob;
}
export type RenderReply =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly error: string };

/** What one job becomes; also called directly where there is no worker (a test of the layout alone). */
export async function render(job: RenderJob): Promise<Uint8Array> {
  if (job.kind === 'official') {
    const document = printable(job.document);
    return job.format === 'pdf' ? await renderPdf(officialPdf(document)) : await packDocx(officialDocx(document));
  }
  const document = printable(job.document);
  return job.format === 'pdf' ? await renderPdf(reportPdf(document)) : await packDocx(await reportDocx(document));
}

parentPort?.on('message', ({ id, job }: RenderRequest) => {
  render(job).then(
    (bytes) => parentPort?.postMessage({ id, bytes } satisfies RenderReply),
    (error: unknown) =>
      parentPort?.postMessage({
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies RenderReply),
  );
});
