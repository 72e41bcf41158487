import { readFileSync, readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { NoticeType } from '../../contract.ts';

const FrontMatter = z.strictObject({
  type: NoticeType,
  title: z.string().min(2),
  basis: z.string().default(''),
  deadlineWorkdays: z.number().int().min(1).max(120),
  urgency: z.enum(['normal', 'urgent', 'extra-urgent']),
  requirements: z.array(z.string()).default([]),
});

export interface NoticeTemplate extends z.output<typeof FrontMatter> {
  readonly body: string;
}

/** What a template may ask for; a section whose placeholder has nothing to say keeps a sentence that says so. */
export const PLACEHOLDERS = {
  institution: '接收单位',
  institutionShort: '',
  incidentNumber: '（无）',
  incidentTitle: '网络安全事件',
  category: '待研判',
  grade: '待定级',
  firstSeen: '待核实',
  lastSeen: '待核实',
  alertCount: '0',
  summary: '（请在此填写情况说明）',
  timeline: '（请在此填写主要经过）',
  assets: '暂未关联到已登记资产，请结合线索自行核查。',
  indicators: '暂无。',
  period: '（请填写起止时间）',
} as const;
export type Placeholder = keyof typeof PLACEHOLDERS;

/** Reads the templates of a folder (`content/notices`); throws with the file and the mistake. */
export function loadNoticeTemplates(dir: URL): ReadonlyMap<NoticeTemplate['type'], NoticeTemplate> {
  const found = new Map<NoticeTemplate['type'], NoticeTemplate>();
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.md') && name !== 'README.md')) {
    const template = parseNoticeTemplate(readFileSync(new URL(file, dir), 'utf8'), file);
    found.set(template.type, template);
  }
  return found;
}

export function parseNoticeTemplate(text: string, file: string): NoticeTemplate {
  const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(text);
  if (match === null) throw new Error(`${file}: a template starts with front matter between --- lines`);
  const front = FrontMatter.safeParse(parse(match[1] ?? ''));
  if (!front.success) throw new Error(`${file}: ${z.prettifyError(front.error)}`);
  const template = { ...front.data, body: (match[2] ?? '').trim() };
  for (const [, name = ''] of [template.title, template.body, ...template.requirements]
    .join('\n')
    .matchAll(/\{\{\s*(\w+)\s*\}\}/g)) {
    if (!(name in PLACEHOLDERS))
      throw new Error(`${file}: unknown placeholder {{${name}}}; known: ${Object.keys(PLACEHOLDERS).join(', ')}`);
  }
  return template;
}

/** Fills the placeholders. Values are text: what they contain is not read as a placeholder again. */
export function fillTemplate(
  template: NoticeTemplate,
  values: Partial<Record<Placeholder, string>>,
): { title: string; body: string; requirements: string[] } {
  const fill = (text: string): string =>
    text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: Placeholder) => {
      const value = values[name];
      return value === undefined || value === '' ? PLACEHOLDERS[name] : value;
    });
  return { title: fill(template.title), body: fill(template.body), requirements: template.requirements.map(fill) };
}
