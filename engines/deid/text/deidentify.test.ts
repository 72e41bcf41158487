import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTextDeidentifier, mergeSpans, SPAN_TYPES } from './index.ts';
import { adversarialNotes, hardNegatives, ordinaryNotes, TRANSFORMS } from './testing/generate.ts';
import { evaluate } from './evaluate.ts';

const deid = createTextDeidentifier();
/** Every span as `TYPE:value`. */
const found = (text: string, record?: Record<string, unknown>): string[] =>
  deid.spans(text, record).map(({ start, end, type }) => `${type}:${text.slice(start, end)}`);

describe('spans() by type', () => {
  const cases: readonly (readonly [text: string, expected: readonly string[]])[] = [
    ['患者王小明,男,45岁,因胸痛入院', ['NAME:王小明', 'AGE:45岁']],
    ['张主任查房,李医生陪同,欧阳护士长到场', ['NAME:张', 'NAME:李', 'NAME:欧阳']],
    ['患者之子李强签字', ['NAME:李强']],
    ['王某某诉头痛', ['NAME:王某某']],
    ['联系人:买买提\u00B7艾力', ['NAME:买买提\u00B7艾力']],
    ['患者於昨日由張建國醫師接診', ['NAME:張建國']],
    ['司马懿主治医师', ['NAME:司马懿']],
    ['请夏侯教授指导', ['NAME:夏侯']],
    ['Patient: Zhang Wei was seen', ['NAME:Zhang Wei']],
    ['参加人员:李伟、王芳、赵建国', ['NAME:李伟', 'NAME:王芳', 'NAME:赵建国']],
    ['公民身份号码11010519491231002X', ['ID_CARD:11010519491231002X']],
    ['统一社会信用代码 91350100M000100Y43', ['USCC:91350100M000100Y43']],
    ['电话13800138000', ['MOBILE:13800138000']],
    ['手机138-0013-8000', ['MOBILE:138-0013-8000']],
    ['手机一三八零零一三八零零零', ['MOBILE:一三八零零一三八零零零']],
    ['电话(0571)88886666转8012', ['LANDLINE:(0571)88886666转8012']],
    ['咨询热线400-820-8820', ['LANDLINE:400-820-8820']],
    ['银行卡号4111111111111111', ['BANK_CARD:4111111111111111']],
    ['护照E12345678', ['PASSPORT:E12345678']],
    ['回乡证H1234567801', ['HKMO_PERMIT:H1234567801']],
    ['浙A\u00B7D12345轿车', ['PLATE:浙A\u00B7D12345']],
    ['邮箱zhang@qq.com', ['EMAIL:zhang@qq.com']],
    ['终端IP10.1.2.3', ['IP:10.1.2.3']],
    ['IPv6 2001:db8::1', ['IP:2001:db8::1']],
    ['MAC 00-1A-2B-3C-4D-5E', ['MAC:00-1A-2B-3C-4D-5E']],
    ['家住西湖区文三路478号3幢2单元501室', ['ADDRESS:西湖区文三路478号3幢2单元501室']],
    ['户籍:河南省周口市商水县固墙镇刘庄村三组', ['ADDRESS:河南省周口市商水县固墙镇刘庄村三组']],
    ['籍贯:浙江杭州', ['ADDRESS:浙江杭州']],
    ['二〇二四年三月五日入院', ['DATE:二〇二四年三月五日']],
    ['24/3/5复查', ['DATE:24/3/5']],
    ['3月5日手术', ['DATE:3月5日']],
    ['出生日期:19790305', ['DATE:19790305']],
    ['signed on Mar 5, 2024.', ['DATE:Mar 5, 2024']],
    ['年龄:45', ['AGE:45']],
    ['3月龄', ['AGE:3月龄']],
    ['八十二岁', ['AGE:八十二岁']],
    ['45-year-old male', ['AGE:45-year-old']],
    ['住院号:ZY-2024-0012', ['MRN:ZY-2024-0012']],
    ['門診號:M20240012', ['OUTPATIENT_NO:M20240012']],
    ['病理号 20241234', ['REPORT_NO:20241234']],
    ['社保卡号A12345678', ['SOCIAL_CARD:A12345678']],
    ['微信号:wxid_abc123', ['ACCOUNT:wxid_abc123']],
    ['转自华西医院', ['ORG:华西医院']],
    ['就诊于浙江大学医学院附属第二医院', ['ORG:浙江大学医学院附属第二医院']],
  ];
  it.each(cases)('finds what identifies in %s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });
});

describe('what is nobody\u2019s stays', () => {
  it.each([
    '批号20240305,条码6901234567892,标本号202403050012',
    '试剂批号 330106199003077516',
    '设备序列号 13800138000',
    '国药准字H20123456',
    '软件版本 10.1.2.3',
    'ICD-10编码 I10.x00',
    '血压 138/86mmHg,心率 78次/分',
    '病程3年2月,加重2周余',
    '年龄≥65岁,建议40岁以上人群复查',
    '昨日好转,今晨出院',
    '我院、当地医院、上级医院、外院',
    '主任医师查房,值班医生处理,护士长巡视',
    '患者张口受限,家属黄某以外无人陪护'.replace('家属黄某以外', '家属以外'),
    '高血压、黄疸、水肿、房颤、石膏固定',
  ])('%s', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('spans() with a record', () => {
  const record = { 患者: { 姓名: '张建国', 联系电话: '13800138000' }, patient: { mrn: 'A-77 8899' } };

  it('finds the known name in pinyin, without surname and with blanks', () => {
    expect(found('ZHANG JIANGUO; zhang jian guo', record)).toEqual(['NAME:ZHANG JIANGUO', 'NAME:zhang jian guo']);
    expect(found('建国诉好转', record)).toEqual(['NAME:建国']);
    expect(found('见张 建 国签名', record).join()).toContain('张 建 国');
  });

  it('finds known numbers however they are grouped', () => {
    expect(found('回电 138 0013 8000', record)[0]).toContain('138 0013 8000');
    expect(found('编码 A-778899', record).join()).toContain('778899');
  });

  it('ignores keys that name things', () => {
    expect(found('阿司匹林 100mg', { drugName: '阿司匹林', fileName: 'x.pdf' })).toEqual([]);
  });
});

describe('embedded structures', () => {
  it('reads JSON keys in English and pinyin', () => {
    expect(found('{"patientName":"张三丰","zyh":"00123456","lxdh":"62345678"}')).toEqual([
      'NAME:张三丰',
      'MRN:00123456',
      'LANDLINE:62345678',
    ]);
  });

  it('reads XML elements', () => {
    expect(found('<name>李四光</name><age>67</age>')).toEqual(['NAME:李四光', 'AGE:67']);
  });

  it('reads HL7 fields with the separators MSH declares', () => {
    const text =
      'MSH|^~\\&|HIS|XX|LIS|XX|20240305101500||ADT^A01\rPID|1||P0012345^^^HIS||赵^敏||19800101|F|||杭州市某路1号||13800138000';
    const spans = found(text);
    expect(spans).toContain('MRN:P0012345');
    expect(spans).toContain('NAME:赵');
    expect(spans).toContain('NAME:敏');
    expect(spans).toContain('DATE:19800101');
    expect(found(text.replaceAll('|', '#').replaceAll('^', '$').replace('$~\\&', '$~\\&'))).toContain('MRN:P0012345');
  });
});

describe('properties', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '患者',
      '张建国',
      '13800138000',
      '11010519491231002X',
      '2024年3月5日',
      '\n',
      ' ',
      ':',
      '\uFF1A',
      '\u200B',
      '😀',
      '𝟏𝟑𝟖',
      '住院号',
      '浙A12345',
      '@',
      'a@b.cn',
      '医院',
      '杭州市',
      '路',
      '1',
      '三',
      '岁',
      '\u00B7',
      'PID|',
      'MSH|^~\\&|',
      '::',
      '"',
      '{',
      '}',
      '某',
      '十',
      '**',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));

  it('spans() is sorted, disjoint and inside the text whatever the text', () => {
    fc.assert(
      fc.property(text, (value) => {
        let at = 0;
        for (const { start, end, type } of deid.spans(value)) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(value.length);
          expect(SPAN_TYPES).toContain(type);
          at = end;
        }
      }),
      { numRuns: 600 },
    );
  });

  it('mask() changes nothing outside the spans, and with length keeps every offset', () => {
    fc.assert(
      fc.property(text, (value) => {
        const spans = deid.spans(value);
        const masked = deid.mask(value, { form: 'length' });
        expect(masked).toHaveLength(value.length);
        for (let i = 0; i < value.length; i++)
          if (!spans.some(({ start, end }) => start <= i && i < end)) expect(masked[i]).toBe(value[i]);
      }),
      { numRuns: 300 },
    );
  });

  it('spans() gives the same for a text again, after any other text', () => {
    fc.assert(
      fc.property(text, text, (first, second) => {
        const before = deid.spans(first);
        deid.spans(second);
        expect(deid.spans(first)).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });

  it('masking a masked note again finds nothing more', () => {
    for (const { text: note } of ordinaryNotes(3, 90)) {
      const once = deid.mask(note);
      expect(deid.mask(once)).toBe(once);
    }
  });

  it('long runs of one character take no more than linear time', () => {
    for (const char of ['1', '张', 'a', '某', '\u00B7', '(', '年', '@', '路', ' ', ':']) {
      const spans = deid.spans(char.repeat(50_000));
      expect(spans.every(({ end }) => end <= 50_000)).toBe(true);
    }
  });
});

describe('held-out notes', () => {
  it('masks at least 99.5 % of ordinary notes', () => {
    const { all, falseHitsPer100 } = evaluate(ordinaryNotes(71, 900), (text) => deid.spans(text));
    expect(all.gold).toBeGreaterThan(4000);
    expect(all.masked / all.gold).toBeGreaterThan(0.995);
    expect(falseHitsPer100).toBeLessThan(6);
  });

  it('masks at least 98 % of adversarial notes, each transform above 95 %', () => {
    const notes = [...adversarialNotes(73, 1200)];
    const all = evaluate(notes, (text) => deid.spans(text)).all;
    expect(all.masked / all.gold).toBeGreaterThan(0.98);
    for (const name of Object.keys(TRANSFORMS)) {
      const part = evaluate(
        notes.filter(({ transform }) => transform === name),
        (text) => deid.spans(text),
      ).all;
      expect(part.masked / part.gold, name).toBeGreaterThan(0.95);
    }
  });

  it('makes at most 2 false hits per 100 hard negatives', () => {
    expect(evaluate(hardNegatives(75, 500), (text) => deid.spans(text)).falseHitsPer100).toBeLessThanOrEqual(2);
  });
});

describe('mergeSpans', () => {
  it('keeps ours where they overlap, and what theirs leave at the edges', () => {
    const ours = [{ start: 2, end: 4, type: 'NAME' }] as const;
    const theirs = [{ start: 0, end: 3, type: 'ORG' }] as const;
    expect(mergeSpans(ours, theirs)).toEqual([{ start: 0, end: 2, type: 'ORG' }, ...ours]);
    expect(mergeSpans(ours, theirs, true)).toEqual([...theirs, { start: 3, end: 4, type: 'NAME' }]);
  });
});

describe('createTextDeidentifier', () => {
  it('looks for the wanted types only when told so', () => {
    const names = createTextDeidentifier({ types: ['NAME'] });
    expect(names.spans('患者王小明,电话13800138000').map((span) => span.type)).toEqual(['NAME']);
  });
});
