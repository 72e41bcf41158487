import { describe, expect, it } from 'vitest';
import { createTextDeidentifier } from './index.ts';

const deid = createTextDeidentifier();
const found = (text: string): string[] =>
  deid.spans(text).map(({ start, end, type }) => `${type}:${text.slice(start, end)}`);

/** Texts, and what must be found in them; with `exactly` nothing else may be. */
const suites: Readonly<Record<string, readonly (readonly [text: string, expected: readonly string[]])[]>> = {
  'names by kinship, bed and sex': [
    ['父柴进，母邓丽君，均体健', ['NAME:柴进', 'NAME:邓丽君']],
    ['12床雷鸣一级护理', ['NAME:雷鸣']],
    ['急诊 洪秀全 男 48岁', ['NAME:洪秀全', 'AGE:48岁']],
    ['查良镛/男/75岁', ['NAME:查良镛', 'AGE:75岁']],
    ['接诊后交司机老熊。', ['NAME:老熊']],
    ['打印了佘赛花的检验单', ['NAME:佘赛花']],
  ],
  'names behind labels and roles made of parts': [
    ['上报人：竺可桢', ['NAME:竺可桢']],
    ['接收医师：濮存昕', ['NAME:濮存昕']],
    ['患者岳母王秀兰到场', ['NAME:王秀兰']],
    ['访视者：占戈', ['NAME:占戈']],
    ['联系人平措索朗。', ['NAME:平措索朗']],
    ['外籍患者John Smith入院', ['NAME:John Smith']],
    ['姓名ZHANG,JIANGUO', ['NAME:ZHANG,JIANGUO']],
    ['患者张*国，男', ['NAME:张*国']],
  ],
  'numbers behind labels, in groups and with look-alikes': [
    ['护照E 8542 1763', ['PASSPORT:E 8542 1763']],
    ['回乡证H 0289 3417', ['HKMO_PERMIT:H 0289 3417']],
    ['社保卡A 1234 567 X', ['SOCIAL_CARD:A 1234 567 X']],
    ['住院号Z Y 2 0 2 3 1 1', ['MRN:Z Y 2 0 2 3 1 1']],
    ['住院号为第零零九八三二三号', ['MRN:零零九八三二三']],
    ['号码l38269l2345', ['MOBILE:l38269l2345']],
    ['微信li_ming_88', ['ACCOUNT:li_ming_88']],
    ['電話：852-27891234', ['LANDLINE:852-27891234']],
    ['110105197403120518这是我爸的证', ['ID_CARD:110105197403120518']],
    ['IP 10\u300212\u30028\u300277', ['IP:10\u300212\u30028\u300277']],
  ],
  'dates and ages': [
    ['二〇二四年元月八日', ['DATE:二〇二四年元月八日']],
    ['民国112年5月3日', ['DATE:民国112年5月3日']],
    ['改约到11.5号', ['DATE:11.5号']],
    ['10/8复查', ['DATE:10/8']],
    ['贰零贰叁年拾壹月肆日入院', ['DATE:贰零贰叁年拾壹月肆日']],
    ['陆拾柒岁', ['AGE:陆拾柒岁']],
    ['患儿，8个月，母乳喂养', ['AGE:8个月']],
  ],
  'addresses without a region or a label': [
    ['我们住万江区石美社区离得近', ['ADDRESS:万江区石美社区']],
    ['住阳光花园6栋二单元501，每日晨练', ['ADDRESS:阳光花园6栋二单元501']],
    ['酒店地址广州市天河区天河路208号', ['ADDRESS:广州市天河区天河路208号']],
    ['住厚街镇康乐南路113号', ['ADDRESS:厚街镇康乐南路113号']],
  ],
  organisations: [
    ['外院（暨南大学附属第一医院）病理会诊', ['ORG:暨南大学附属第一医院']],
    ['转出机构：常平镇社区卫生服务中心', ['ORG:常平镇社区卫生服务中心']],
    ['退费到建设银行', ['ORG:建设银行']],
  ],
};

describe('spans() by rule', () => {
  for (const [name, cases] of Object.entries(suites))
    describe(name, () => {
      it.each(cases)('%s', (text, expected) => {
        expect(found(text)).toEqual(expected);
      });
    });
});

describe('spans() leaves alone', () => {
  it.each([
    '马凡综合征家族史阴性',
    '施万细胞瘤，S-100阳性',
    '惠普尔手术后胰瘘',
    '格林-巴利综合征，予丙种球蛋白',
    '处方：白术12g 黄柏10g 何首乌12g 王不留行9g',
    '王老吉凉茶停饮',
    '高兴时心率可达110次',
    '白云样改变',
    '右肺上叶见结节，颞叶异常信号',
    '吸毒史五年',
    'BNP 13800138000pg/ml',
    '全国急救电话120，热线12345',
    '临床试验注册号ChiCTR2000031234',
    '建议转上级医院或三甲医院',
    '患者时有心悸，常于夜间发作',
    '向家属说明病情，家属表示理解',
    '严重程度评估：中度',
    '患者住院3天后出院，住内科病区',
  ])('%s', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('tables in notes', () => {
  it('marks the cells below labels, whatever they look like alone', () => {
    const text = '床号\t姓名\t年龄\t住院号\t诊断\n01\t成功\t66\t1002345\t脑梗死\n02\t韦小玲\t39\t1002351\t子宫肌瘤';
    expect(found(text)).toEqual(['NAME:成功', 'AGE:66', 'MRN:1002345', 'NAME:韦小玲', 'AGE:39', 'MRN:1002351']);
  });

  it('reads bars and commas, and leaves cells that say there is none', () => {
    expect(found('|姓名|住院号|\n|安静|无|\n|平安|556677|')).toEqual(['NAME:安静', 'NAME:平安', 'MRN:556677']);
    expect(found('姓名,病案号,诊断\n幸福,778899,肺炎')).toEqual(['NAME:幸福', 'MRN:778899']);
  });

  it('ends with the first line that has another number of cells', () => {
    expect(found('项目\t结果\t批号\n钾\t4.1\tB-77')).toEqual([]);
    expect(found('姓名\t科室\t住院号\n安静\t内科\t123456\n方便面摄入\t较多')).toEqual(['NAME:安静', 'MRN:123456']);
  });
});

describe('tableCells()', () => {
  it('of many lines finds nothing in 40,000 lines without a header', () => {
    const text = '血钾四点一 正常\n'.repeat(40_000);
    expect(found(text)).toEqual([]);
  });
});
