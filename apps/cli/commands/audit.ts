import { action, readConfig } from '../command.ts';
import type { Register } from '../command.ts';
import { EXIT } from '../output.ts';
import { startProgress } from '../progress.ts';
import { openLines } from '../read-lines.ts';

interface VerifyOptions {
  readonly file?: string;
  readonly data?: string;
}

export interface ChainResult {
  readonly rows: number;
  readonly intact: boolean;
  readonly broken?: { readonly id: number; readonly kind: string };
  readonly head: string;
}

/** Proves that nobody changed the audit log: the store's own chain, or an exported file. */
export const registerAudit: Register = (program) => {
  const audit = program.command('audit').description('审计日志 / audit log');
  audit
    .command('verify')
    .description('校验审计链(SM3);--file 校验导出的 NDJSON / verify the SM3 chain of the store or of an export')
    .option('--file <ndjson>', '导出的审计文件 / exported file')
    .option('--data <folder>', '数据目录 / data folder')
    .action(
      action<VerifyOptions>(async ({ output, globals, options }) => {
        let result: ChainResult;
        if (options.file !== undefined) result = await verifyFile(options.file, output.json);
        else {
          const { config } = await readConfig(globals, { data: options.data });
          const [{ verifyAudit }, { withState }] = await Promise.all([
            import('@xinglin/platform/state'),
            import('../with-state.ts'),
          ]);
          result = await withState(config, async (state) => {
            const head = await state.owner.selectFrom('audit_head').select('last_id').executeTakeFirst();
            const progress = startProgress('audit verify', head?.last_id ?? 0, { json: output.json, unit: ' rows' });
            const found = await verifyAudit(state, { onProgress: (rows) => progress.update(rows) });
            progress.done();
            return {
              rows: found.rows,
              intact: found.broken === undefined,
              head: found.head,
              ...(found.broken === undefined ? {} : { broken: found.broken }),
            };
          });
        }
        output.result(result, () =>
          result.intact
            ? `审计链完整：${result.rows} 条，链头 ${result.head}\nThe audit chain is intact: ${result.rows} rows`
            : `审计链在第 ${result.broken?.id ?? 0} 条处断裂(${result.broken?.kind ?? ''})，其前 ${result.rows} 条完整\nThe audit chain breaks at row ${result.broken?.id ?? 0}`,
        );
        return result.intact ? EXIT.ok : EXIT.problems;
      }),
    );
};

interface ExportedRow {
  readonly id: number;
  readonly at: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly ip: string | null;
  readonly tenant: string;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly summary: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly prevHash: string;
  readonly hash: string;
}

/** An export may begin anywhere in the chain; rows must follow each other unless it was filtered, which shows as a broken link. */
async function verifyFile(file: string, json: boolean): Promise<ChainResult> {
  const { auditHash } = await import('@xinglin/platform/state');
  const source = await openLines(file);
  const progress = startProgress('audit verify', source.size, { json, unit: ' B' });
  let rows = 0;
  let previous: ExportedRow | undefined;
  for await (const line of source.lines()) {
    if (line.length === 0) continue;
    let row: ExportedRow;
    let good: boolean;
    try {
      row = JSON.parse(line.toString('utf8')) as ExportedRow;
      good = auditHash(rowOf(row)) === row.hash;
    } catch {
      return {
        rows,
        intact: false,
        broken: { id: (previous?.id ?? 0) + 1, kind: 'unreadable' },
        head: previous?.hash ?? '',
      };
    }
    if (!good) return { rows, intact: false, broken: { id: row.id, kind: 'hash' }, head: previous?.hash ?? '' };
    if (previous !== undefined && (row.id !== previous.id + 1 || row.prevHash !== previous.hash)) {
      return { rows, intact: false, broken: { id: row.id, kind: 'link' }, head: previous.hash };
    }
    previous = row;
    rows += 1;
    if (rows % 1000 === 0) progress.update(source.read());
  }
  progress.done();
  return { rows, intact: true, head: previous?.hash ?? '' };
}

function rowOf(row: ExportedRow) {
  return {
    id: row.id,
    at: new Date(row.at),
    actor_kind: row.actorKind,
    actor_id: row.actorId,
    actor_name: row.actorName,
    ip: row.ip,
    tenant: row.tenant,
    action: row.action,
    object_type: row.objectType,
    object_id: row.objectId,
    summary: row.summary,
    before: row.before,
    after: row.after,
    prev_hash: row.prevHash,
  };
}
