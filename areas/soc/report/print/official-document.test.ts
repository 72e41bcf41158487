import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleNotice } from '../../../../test/support/notice-sample.ts';
import { noticeDocument } from './notice-document.ts';
import { PAGE, balanceTitle, chineseNumber, columnShares, headerSize, textWidth } from './official-document.ts';

const now = new Date('2026-11-23T02:00:00Z');

describe('noticeDocument()', () => {
  const document = noticeDocument(sampleNotice(), now);
  test('sets the addressee apart instead of printing it twice', () => {
    expect(document.addressees).toBe('东莞市第一人民医院');
    expect(JSON.stringify(document.body)).not.toContain('东莞市第一人民医院：');
  });
  test('numbers the requirements after the headings of the body and ends with the deadlines', () => {
    const headings = document.body.filter((block) => block.kind === 'heading').map((block) => block.spans[0]?.text);
    expect(headings).toEqual(['一、事件概况', '二、主要经过', '三、受影响资产', '四、攻击线索', '五、整改要求']);
    expect(JSON.stringify(document.body.at(-1))).toContain(
      '请于2026年11月24日17时30分前签收，并于2026年11月30日17时30分前完成整改',
    );
  });
  test('a draft has no number and no imprint, and says what it is', () => {
    const draft = noticeDocument(
      sampleNotice({ status: 'draft', issuedAt: null, number: '', deadline: null, receiptDeadline: null }),
      now,
    );
    expect(draft).toMatchObject({ number: '', printedOn: '', watermark: '草稿', date: '2026年11月23日' });
    expect(JSON.stringify(draft.body.at(-1))).toContain('5个工作日内');
    expect(noticeDocument(sampleNotice({ status: 'withdrawn' }), now).watermark).toBe('已撤回');
  });
  test('many recipients go into a list at the end', () => {
    const [one] = sampleNotice().recipients;
    const recipients = Array.from({ length: 8 }, (_, i) => ({ ...one!, id: `r${i}`, institution: `第${i + 1}医院` }));
    const many = noticeDocument(sampleNotice({ recipients, body: '各有关单位：\n\n请注意。' }), now);
    expect(many.addressees).toBe('各有关单位');
    expect(many.annexes).toMatchObject([{ title: '接收单位名单', body: [{ kind: 'table', rows: { length: 8 } }] }]);
    expect(document.annexes).toEqual([]);
  });
});

describe('balanceTitle()', () => {
  test('breaks between words, in lines of nearly equal length', () => {
    expect(balanceTitle('关于东莞市第一人民医院勒索软件横向移动网络安全事件的通报')).toEqual([
      '关于东莞市第一人民医院勒索',
      '软件横向移动网络安全事件的通报',
    ]);
    expect(balanceTitle('关于弱口令的通报')).toEqual(['关于弱口令的通报']);
  });
  test('any title comes out whole, and no line is too long', () => {
    const title = fc
      .array(fc.constantFrom('关于', '医院', '的', '“', '”', '445', 'PsExec', '通报', '、'), {
        minLength: 1,
        maxLength: 30,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(title, (text) => {
        const lines = balanceTitle(text);
        expect(lines.join('')).toBe(text);
        for (const line of lines.slice(0, -1)) expect(line).not.toBe('');
      }),
    );
  });
});

describe('columnShares()', () => {
  const word = fc.string({ unit: fc.constantFrom('中', 'a', '1'), maxLength: 40 });
  test('fills the width whatever the cells hold, and starves no column', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 7 })
          .chain((n) => fc.array(fc.array(word, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 5 })),
        ([header, ...rows]) => {
          const shares = columnShares(header!, rows, 12, PAGE.textWidth);
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3);
          for (const share of shares) expect(share * PAGE.textWidth).toBeGreaterThan(30);
        },
      ),
    );
  });
  test('lets long text wrap before a number does', () => {
    const shares = columnShares(
      ['编号', '标题', '单位'],
      [['东卫网安通〔2026〕10号', '关于前置机违规外联的通报，请立即核查并反馈处置情况', '东莞市第一人民医院']],
      10,
      470,
    );
    expect(shares[0]! * 470).toBeGreaterThan(textWidth('东卫网安通〔2026〕10号') * 10 + 10);
  });
});

test('headerSize() lets the red name fill the line without leaving it', () => {
  for (const name of ['卫健委文件', '东莞市卫生健康局文件', '新疆维吾尔自治区伊犁哈萨克自治州卫生健康委员会文件'])
    expect(headerSize(name) * textWidth(name)).toBeLessThanOrEqual(PAGE.textWidth);
  expect(headerSize('局')).toBe(62);
});
test('chineseNumber() counts headings', () =>
  expect([1, 10, 11, 20, 21].map(chineseNumber)).toEqual(['一', '十', '十一', '二十', '二十一']));
