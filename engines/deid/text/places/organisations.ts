import { lexicon } from '../lexicon/lexicon.ts';
import { W } from '../lexicon/flags.ts';
import { ALNUM, DIGIT, HAN, KIND, LETTER } from '../normalize.ts';
import { emit, follows, type Scan } from '../scan.ts';
import { T } from '../types.ts';

const set = (chars: string): Uint8Array => {
  const table = new Uint8Array(65536);
  for (const char of chars) table[char.charCodeAt(0)] = 1;
  return table;
};
/** Words before a name that do not belong to it. */
const BEFORE = set('或(在于由至到往从赴入与及被送是向对即遂就我该某其您你他她者诊以因');
/** The same, but also inside names: 协和, 为民, 来宾, 前海; they end the name unless one of these stands before. */
const DOUBTFUL = set('和为来经后前转去');

const GENERIC =
  /^(?:承保|代理|总|母|子|分|上市|参保|我|本|外|该|某|贵|此|各|原|多家|一家|两家|几家|当地|本地|外地|异地|外省|外市|外县|上级|下级|上一级|基层|各级|省级|市级|县级|区级|镇级|乡级|村级|三甲|三级|二级|一级|甲等|乙等|社区|乡镇|乡村|农村|附近|就近|周边|私人|个体|私立|公立|民营|综合|综合性|专科|定点|医保定点|其他|其它|别的|另一家|大型|小型|正规|国家级|省|市|县|区|镇|乡|村|屯|大|小|老|新|中心|教学|互联网|医联体|方舱|定点收治|该市|该县|当地县|当地市|县区|某市|某县|某省|某三甲|所在|所属|户籍|原手术|首诊|初诊|转诊|接诊|协作|对口|参保地|牙科|口腔|中医|妇产|妇幼|儿童|精神|传染病|肿瘤|眼科|骨科|康复|保险|商业保险|物流|运输|快递|外卖|建筑|装修|装饰|私营|外资|国有|合资|电子|网络|科技|贸易|广告|化妆品|食品|服装|家政|劳务|保安|保洁|房地产|设备|医疗器械|器械|药品|制药|供应|厂家|生产|上市|外贸|互联网|软件|本科|专科|高职|在读|就读|上|读|考上|初中|高中|职业|老年|重点|民办|公办|全日制|所在的|文化|机械|纺织|鞋|砖|水泥|化工|家具|印刷|玩具|制衣|钢铁|县市|省市|人民|输血|血液|患者|家长|学生|会诊|远程|影像|检验|急救|胸痛|卒中|创伤|透析|健康管理|医学影像|数据|信息|呼叫|指挥|护理|监护|产前诊断|医学|生殖|体检|健康体检|放疗|门诊|静配|消毒供应|病案|科研|培训|采购|物资|管理|服务|营养|心理|遗传|临床|急诊|介入)+$/;

/** Ends that name an organisation by themselves when a name of two characters stands before. */
const STRONG =
  /(?:医院|保健院|卫生院|服务中心|服务站|门诊部|疗养院|血站|疾控中心|控制中心|检验所|公司|集团|大学|学院|中学|小学|幼儿园|学校|研究院|研究所|派出所|公安局|分局|法院|检察院|支行|分行|养老院|敬老院|福利院|护理院|康复院|律师事务所|戒毒所|看守所|监狱|卫健委|诊所|卫生室|卫生所|(?:建设|工商|农业|交通|招商|中国|中信|光大|民生|浦发|兴业|平安|华夏|广发|邮政储蓄|农商|商业)银行|医学中心|一中|二中|三中|四中|五中|六中|高级中学|实验中学|村委会|居委会|街道办事处|街道办|交警大队|大药房|制药厂|机械厂|电子厂|服装厂|化工厂|纺织厂|食品厂|钢铁厂|水泥厂|老年公寓|养护院|鉴定中心|鉴定所|体检中心|急救中心|血液中心|医务室)$/;

const SCHOOL_REMARK = /^(?:文化|毕业|学历|水平|肄业|程度|在读|期间|生|教育|老师|教师|食堂)/;

function textOf(code: Uint16Array, from: number, end: number): string {
  return String.fromCharCode(...code.subarray(from, Math.max(from, end)));
}

/**
 * An organisation whose last word stands from `at` to `end`; `region` is where a region word begins that leads up to it
 * without a break, or -1. Returns the start, or -1.
 */
export function organisationBefore(scan: Scan, at: number, end: number, region: number): number {
  const { code, gap } = scan.text;
  let start = at;
  const floor = Math.max(0, at - 24);
  if (region >= 0 && region >= floor) start = region;
  else {
    while (start > floor) {
      const unit = code[start - 1]!;
      const kind = KIND[unit]!;
      if (gap[start]! >= 2) break;
      if (gap[start]! === 1 && (start < 2 || gap[start - 1]! === 0)) break;
      if ((kind & (HAN | ALNUM)) === 0 && unit !== 0xb7 && !(unit === 0x29 || unit === 0x28)) break;
      if (BEFORE[unit] === 1) break;
      if (DOUBTFUL[unit] === 1 && !joined(code, start - 1, at)) break;
      if (endsLabel(scan, start)) break;
      start--;
    }
    while (
      start < at &&
      (code[start] === 0x29 || code[start] === 0x28 || ((KIND[code[start]!]! & DIGIT) !== 0 && at - start > 6))
    )
      start++;
  }
  if (!follows(scan.text, scan.orgCueEnd, start, 4)) start = skipVerbs(code, start, at);
  const name = textOf(code, start, at);
  const whole = name + textOf(code, at, end);
  const labelled = follows(scan.text, scan.orgCueEnd, start, 4);
  if (name.length === 0 || GENERIC.test(name) || name.includes('\u67d0')) return -1;
  if (/^(?:我|本|外|该|当地)/.test(name) && region < 0) return -1;
  const strong = STRONG.test(whole);
  if (!strong && region < 0 && !labelled) return -1;
  const han = name.replace(/[^\u4E00-\u9FFF]/g, '').length;
  if (region < 0 && !labelled && han < 2 && !/^\d{3}$/.test(name)) return -1;
  if (region < 0 && /(?:学|中|校)$/.test(whole) && SCHOOL_REMARK.test(textOf(code, end, end + 3))) return -1;
  if (region < 0 && name.length < 2) return -1;
  // 暨南大学 + 附属第一医院 is one.
  const last = scan.found.at(-1);
  if (last !== undefined && last.type === T.ORG && last.end === start && gap[start] === 0) start = last.start;
  emit(scan, start, end, T.ORG, 59);
  return start;
}

const VERBS =
  /^(?:\u5EFA\u8BAE|\u8981\u6C42|\u8054\u7CFB|\u7EE7\u7EED|\u968F\u540E|\u7ACB\u5373|\u6025\u8BCA|\u524D\u6765|\u5148\u540E|\u591A\u6B21|\u518D\u6B21|\u60A3\u8005|\u5BB6\u5C5E|\u62DF|\u63A5|\u8F6C\u7ECF|\u9001\u81F3|\u5DF2|\u66FE|\u73B0|\u6682|\u4EA6|\u53C8|\u518D|\u4ECD|\u6545|\u5E38|\u66FE\u5728)+/;

/** Verbs and adverbs that ran into the name: 建议上级医院, 患者曾在…. */
function skipVerbs(code: Uint16Array, start: number, end: number): number {
  return start + (VERBS.exec(textOf(code, start, end))?.[0].length ?? 0);
}

/** 协和, 仁和, 怡和: the doubtful character is inside a name. */
function joined(code: Uint16Array, at: number, suffix: number): boolean {
  const before = at > 0 ? code[at - 1]! : 0;
  // 转往前进镇卫生院: the doubtful character begins the name
  if (code[at] !== 0x548c && (before === 0x5f80 || BEFORE[before] === 1) && suffix - at >= 2) return true;
  if (code[at] === 0x548c)
    return (
      '\u534f\u4ec1\u6021\u540c\u5b89\u9890\u4e49\u6c38\u7965\u592a\u4eac\u96cd\u745e\u6cf0'.includes(
        String.fromCharCode(before),
      ) ||
      suffix - at === 1 ||
      '\u5e73\u7766\u8c10\u5149\u7f8e'.includes(String.fromCharCode(code[at + 1]!))
    );
  return suffix - at === 1 && code[at] !== 0x8f6c && code[at] !== 0x53bb && code[at] !== 0x540e && code[at] !== 0x524d;
}

/** A label of the lexicon ends at `at`. */
function endsLabel(scan: Scan, at: number): boolean {
  return (
    at === scan.orgCueEnd ||
    at === scan.addressCueEnd ||
    at === scan.nameCueEnd ||
    at === scan.dateCueEnd ||
    at === scan.taken
  );
}

/** 附属第一医院 → the whole may go on: 浙江大学医学院附属第一医院, 杭州市第一人民医院城东院区. Returns the end with what belongs to it. */
export function organisationTail(code: Uint16Array, end: number): number {
  let i = end;
  // (城东院区), 城东院区, 东院
  const tail = /^(?:\(?[\u4E00-\u9FFF]{1,4}?(?:院区|分院|校区)\)?|\([\u4E00-\u9FFF]{2,6}\))/.exec(
    textOf(code, end, end + 9).replace(/\0.*$/, ''),
  );
  if (tail !== null && !/[\u5728\u4e8e\u81f3\u5230\u884c\u5c31\u8f6c]/.test(tail[0])) i += tail[0].length;
  return i;
}

/** The value of 工作单位: when it ends in no known word. Returns its end, or -1. */
export function organisationAtLabel(scan: Scan, from: number, labelEnd: number): number {
  const { code, gap, n } = scan.text;
  let colon = false;
  for (let i = labelEnd; i < from; i++) if (code[i] === 0x3a || code[i] === 0x3e || code[i] === 0x3d) colon = true;
  if (!colon) return -1;
  let i = from;
  while (
    i < n &&
    i - from < 30 &&
    (i === from || gap[i]! === 0) &&
    ((KIND[code[i]!]! & (HAN | LETTER | DIGIT)) !== 0 || code[i] === 0x28 || code[i] === 0x29)
  )
    i++;
  const value = textOf(code, from, i);
  if (value.length < 4 || !/^[\u4E00-\u9FFF]/.test(value)) return -1;
  if (
    /^(?:无|不详|退休|务农|农民|自由|个体|待业|无业|学生|在家|家务|离休|同|暂|未|工人|职员|公务员|打工|外出|全职|灵活|现)/.test(
      value,
    )
  )
    return -1;
  const word = lexicon().find(code, from, n);
  if (word >= 0 && (lexicon().flags[word]! & (W.NUMBER | W.DATE | W.AGE | W.NAME_LABEL)) !== 0) return -1;
  emit(scan, from, i, T.ORG, 52);
  return i;
}
