import type { NoticeDetail } from '../../contract.ts';
import { chineseDay, chineseTime } from '../../supervise/calendar/index.ts';
import { parseMarkdown, plainText, spans } from '../../supervise/notices/markdown.ts';
import type { Block } from '../../supervise/notices/markdown.ts';
import { chineseNumber } from './official-document.ts';
import type { OfficialDocument } from './official-document.ts';
import { fitColumns } from './printable.ts';

const URGENCY = { normal: '', urgent: '加急', 'extra-urgent': '特急' } as const;
/** More names than this would fill the first page; the body's own address or 各有关单位 stands instead, and the list follows as an attachment. */
const MAX_NAMES = 5;

/** The notice as an official document: its body, then requirements and deadlines under a numbered heading of their own. */
export function noticeDocument(notice: NoticeDetail, now: Date): OfficialDocument {
  const body = parseMarkdown(notice.body).map((block) => (block.kind === 'table' ? fitColumns(block) : block));
  const names = notice.recipients.map((recipient) => recipient.institution);
  const first = body[0];
  // Templates begin with the addressee; it is set apart here, not printed twice.
  const address =
    first?.kind === 'paragraph' && /[：:]$/.test(plainText(first.spans))
      ? plainText(first.spans).slice(0, -1)
      : undefined;
  const many = names.length > MAX_NAMES;
  const draft = notice.issuedAt === null;
  const date = chineseDay(notice.issuedAt === null ? now : new Date(notice.issuedAt));
  return {
    header: `${notice.issuer}文件`,
    number: notice.number,
    urgency: URGENCY[notice.urgency],
    title: notice.title,
    addressees: many || names.length === 0 ? (address ?? '各有关单位') : names.join('、'),
    body: [...(address === undefined ? body : body.slice(1)), ...closing(notice, body)],
    annexes: many ? [recipientList(notice)] : [],
    signature: notice.issuer,
    date,
    copies: '',
    printedBy: notice.issuer,
    printedOn: draft ? '' : `${date}印发`,
    watermark: notice.status === 'draft' ? '草稿' : notice.status === 'withdrawn' ? '已撤回' : '',
  };
}

function closing(notice: NoticeDetail, body: readonly Block[]): Block[] {
  const headings = body.filter((block) => block.kind === 'heading' && block.level === 1).length;
  const blocks: Block[] = [];
  const paragraph = (text: string): void => void blocks.push({ kind: 'paragraph', spans: spans(text) });
  if (notice.requirements.length > 0) {
    if (headings > 0)
      blocks.push({ kind: 'heading', level: 1, spans: spans(`${chineseNumber(headings + 1)}、整改要求`) });
    if (notice.basis !== '') paragraph(`根据${notice.basis.replace(/[。；]$/, '')}等有关规定，请做好以下工作：`);
    blocks.push({ kind: 'list', ordered: true, items: notice.requirements.map((requirement) => spans(requirement)) });
  } else if (notice.basis !== '') paragraph(`依据：${notice.basis}`);
  const receipt = notice.receiptDeadline == null ? '' : `请于${chineseTime(new Date(notice.receiptDeadline))}前签收`;
  if (notice.deadline !== null) {
    paragraph(
      `${receipt === '' ? '请' : `${receipt}，并`}于${chineseTime(new Date(notice.deadline))}前完成整改，将整改情况及证明材料通过区域网络安全平台反馈。确需延期的，应在期限届满前提出申请并说明理由。`,
    );
  } else if (notice.deadlineWorkdays !== null)
    paragraph(`请自本通报发出之日起${notice.deadlineWorkdays}个工作日内完成整改并反馈。`);
  return blocks;
}

function recipientList(notice: NoticeDetail): OfficialDocument['annexes'][number] {
  const rows = notice.recipients.map((recipient, i) => [
    String(i + 1),
    recipient.institution,
    recipient.deadline === null ? '—' : chineseTime(new Date(recipient.deadline)),
  ]);
  return { title: '接收单位名单', body: [{ kind: 'table', header: ['序号', '单位名称', '整改期限'], rows }] };
}
