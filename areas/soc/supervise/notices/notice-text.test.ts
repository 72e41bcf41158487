import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMarkdown, plainText, spans, tableCell } from './markdown.ts';
import { documentCode } from './number.ts';
import { PLACEHOLDERS, fillTemplate, loadNoticeTemplates, parseNoticeTemplate } from './template.ts';

const CONTENT = new URL('../../../../content/notices/', import.meta.url);

describe('loadNoticeTemplates()', () => {
  test('there is one for each type, and each fills without a placeholder left', () => {
    const templates = loadNoticeTemplates(CONTENT);
    expect([...templates.keys()].toSorted()).toEqual(['event', 'hazard', 'key-period', 'warning']);
    for (const template of templates.values()) {
      const filled = fillTemplate(template, {});
      expect([filled.title, filled.body, ...filled.requirements].join('')).not.toMatch(/\{\{|undefined/);
      expect(template.requirements.length).toBeGreaterThanOrEqual(3);
      expect(parseMarkdown(filled.body).filter((block) => block.kind === 'heading').length).toBeGreaterThanOrEqual(2);
    }
  });
  test('names an unknown placeholder and a missing head', () => {
    expect(() =>
      parseNoticeTemplate(
        '---\ntype: event\ntitle: 关于\ndeadlineWorkdays: 5\nurgency: normal\n---\n{{hospital}}',
        'a.md',
      ),
    ).toThrow(/a\.md: unknown placeholder \{\{hospital\}\}/);
    expect(() => parseNoticeTemplate('text', 'b.md')).toThrow(/b\.md/);
    expect(() => parseNoticeTemplate('---\ntype: love-letter\n---\nx', 'c.md')).toThrow(/c\.md[\s\S]*type/);
  });
});

describe('fillTemplate()', () => {
  const template = parseNoticeTemplate(
    '---\ntype: event\ntitle: 关于{{incidentTitle}}\ndeadlineWorkdays: 5\nurgency: normal\n---\n{{summary}}',
    'a.md',
  );
  test('a value is never read as a placeholder again', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        expect(fillTemplate(template, { summary: value }).body).toBe(value);
      }),
    );
    expect(fillTemplate(template, { summary: '{{institution}} $& $1' }).body).toBe('{{institution}} $& $1');
  });
  test('an empty value leaves the sentence that says so', () =>
    expect(fillTemplate(template, { summary: '' }).body).toBe(PLACEHOLDERS.summary));
});

describe('parseMarkdown()', () => {
  test('reads headings, joined lines, lists and tables', () => {
    const blocks = parseMarkdown(
      '# 一、概况\n你单位\n发生**重大**事件。\n\n1. 甲\n2. 乙\n\n- 丙\n\n| 时间 | 事项 |\n|---|---|\n| 8时 | a \\| b |\n| 9时 |\n',
    );
    expect(blocks).toEqual([
      { kind: 'heading', level: 1, spans: [{ text: '一、概况', bold: false }] },
      {
        kind: 'paragraph',
        spans: [
          { text: '你单位发生', bold: false },
          { text: '重大', bold: true },
          { text: '事件。', bold: false },
        ],
      },
      { kind: 'list', ordered: true, items: [spans('甲'), spans('乙')] },
      { kind: 'list', ordered: false, items: [spans('丙')] },
      {
        kind: 'table',
        header: ['时间', '事项'],
        rows: [
          ['8时', 'a | b'],
          ['9时', ''],
        ],
      },
    ]);
  });
  test('joins Latin words with a space and Chinese without', () => {
    expect(
      plainText(
        parseMarkdown('host one\ntwo\n中文\n换行').flatMap((block) => (block.kind === 'paragraph' ? block.spans : [])),
      ),
    ).toBe('host one two中文换行');
  });
  test('takes any text, ends, and loses no visible character of a paragraph', () => {
    const piece = fc.constantFrom('# ', '- ', '1. ', '|', '---', '**', '\n', '\n\n', '中', 'a', ' ', '\r\n');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
        (text) => {
          const shown = parseMarkdown(text)
            .map((block) => {
              if (block.kind === 'table') return [block.header, ...block.rows].flat().join('');
              return block.kind === 'list' ? block.items.map(plainText).join('') : plainText(block.spans);
            })
            .join('');
          for (const char of ['中', 'a'])
            if (!text.includes('|')) expect(shown.split(char).length).toBe(text.split(char).length);
        },
      ),
    );
  });
  test('tableCell() keeps a bar and a line break from breaking the table', () => {
    const block = parseMarkdown(`| a |\n|---|\n| ${tableCell('x|y\nz')} |`)[0];
    expect(block).toMatchObject({ kind: 'table', rows: [['x|y z']] });
  });
});

describe('documentCode()', () => {
  test.each([
    ['东莞市卫生健康局', '东卫'],
    ['东莞市卫健局', '东卫'],
    ['广东省卫生健康委员会', '广卫'],
    ['虎门镇卫健办', '虎卫'],
    ['东卫', '东卫'],
    ['市疾控', '市疾控'],
  ])('%s → %s', (short_name, code) =>
    expect(documentCode({ document_code: '', short_name, name: short_name })).toBe(code),
  );
  test('the own code wins', () =>
    expect(documentCode({ document_code: '粤卫', short_name: '广东省卫健委', name: '' })).toBe('粤卫'));
});
