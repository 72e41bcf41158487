import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { z } from 'zod';
import { download } from '../../supervise/import-run.ts';
import { noticeDetail } from '../../supervise/notices/store.ts';
import { FILE_TYPES } from '../weekly/routes.ts';
import { noticeDocument } from './notice-document.ts';
import type { Renderer } from './renderer.ts';

/** A notice as a Word file or PDF; a recipient's copy names that recipient only. */
export function printRoutes({ state, now }: Platform, renderer: Renderer): RouteSpec[] {
  return (['pdf', 'docx'] as const).map((format) =>
    defineRoute({
      method: 'get',
      path: `/notices/{id}/print.${format}`,
      summary: `打印通报(${format}，公文格式) / Print a notice`,
      tag: 'notices',
      permission: 'notice:read',
      params: z.object({ id: z.string().max(40) }),
      query: z.object({ download: z.stringbool().default(false) }),
      raw: FILE_TYPES[format],
      handler: async ({ actor, params, query }) => {
        const notice = await state.read(actor, 'notice:read', (tx) => noticeDetail(tx, actor, params.id, now()));
        const bytes = await renderer.render({ kind: 'official', format, document: noticeDocument(notice, now()) });
        return download(
          bytes,
          `${notice.number === '' ? '草稿' : notice.number} ${notice.title}.${format}`,
          FILE_TYPES[format],
          format === 'pdf' && !query.download,
        );
      },
    }),
  );
}
