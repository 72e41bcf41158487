import { DIGIT, HAN, KIND, LETTER } from '../normalize.ts';

/** What makes a surname and what follows it a disease, a test, a device or a remedy: 马凡综合征, 王老吉凉茶, 汤姆森散射. */
const EPONYM =
  /^(?:氏|征|症(?!状)|病(?![情史逝人危故重房区案历程友])|型|点(?![头名])|线(?!上)|管(?!床)|综合|试验|试剂|反应|评分|量表|指数|分[级型期类]|细胞|关节|现象|导管|手术|术后|术式|术$|小体|结节|定律|散射|染色|培养|杆菌|球菌|菌|病毒|瘤|淋巴|贫血|舞蹈|丘疹|鞭毛|法则|体操|洗剂|.{0,3}(?:丸|膏|颗粒|胶囊|口服液|凉茶|冲剂|注射液|片[,\d]|散[,\d]))/;
/** Last characters that make a candidate something else than a person. */
export const NOT_LAST = new Uint8Array(65536);
for (const char of '人样征症病氏丸膏镇村县市路街巷') NOT_LAST[char.charCodeAt(0)] = 1;
/** What a place goes on with: 康乐南路, 石美社区, 林村新区. */
const PLACE = /^(?:[东西南北中]?[路街道巷村镇乡]|社区|新区|新村|小区|花园|大道|广场|大厦|工业)/;
const DOSE = /^\s?\d+(?:\.\d+)?\s?(?:g|mg|ml|克|毫|片|枚|支|袋|粒)/i;

/** Whether a candidate that nothing announces is named in the text for something else than a person. */
export function isThing(code: Uint16Array, gap: Uint8Array, n: number, at: number, end: number): boolean {
  if (NOT_LAST[code[end - 1]!] === 1) return true;
  // 格林-巴利, 斯旺-甘兹: transliterated names of discoverers
  if (at > 1 && code[at - 1] === 0x2d && (KIND[code[at - 2]!]! & HAN) !== 0) return true;
  const unit = code[end]!;
  if (end >= n || unit === 0x2c || unit === 0x3002 || unit === 0x3001 || unit === 0x3a) return false;
  if (unit === 0x2d) return (KIND[code[end + 1]!]! & HAN) !== 0;
  if ((KIND[unit]! & HAN) === 0) {
    if ((KIND[unit]! & LETTER) !== 0 && PROVINCE[code[end - 1]!] === 1) return true;
    return (
      (unit === 0x20 || (KIND[unit]! & DIGIT) !== 0) &&
      DOSE.test(String.fromCharCode(...code.subarray(end, Math.min(n, end + 9))))
    );
  }
  if (gap[end]! > 0) return false;
  const tail = String.fromCharCode(...code.subarray(end, Math.min(n, end + 6)));
  return EPONYM.test(tail) || PLACE.test(tail);
}
/** Plates begin with these: 车粤S8K2D6 names nobody. */
const PROVINCE = new Uint8Array(65536);
for (const char of '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼') PROVINCE[char.charCodeAt(0)] = 1;

/** One character of kinship before a name, itself at the beginning of something: 母邓丽君, 其子钱进. */
const KIN = new Uint8Array(65536);
for (const char of '父母夫妻兄弟姐妹子女舅姑叔爸妈哥嫂床') KIN[char.charCodeAt(0)] = 1;

export function isAnnounced(code: Uint16Array, gap: Uint8Array, at: number): boolean {
  if (at === 0 || KIN[code[at - 1]!] === 0 || gap[at]! >= 2) return false;
  // 12床雷鸣
  if (code[at - 1] === 0x5e8a) return at > 1 && (KIND[code[at - 2]!]! & DIGIT) !== 0;
  return at === 1 || gap[at - 1]! > 0 || (KIND[code[at - 2]!]! & HAN) === 0 || code[at - 2] === 0x5176;
}

/** Characters that transliterated names of Uyghurs, Tibetans, Mongols, Kazakhs and others are written with. */
export const TRANSLIT = new Uint8Array(65536);
for (const char of '阿艾买提力江古丽努尔热西木不都拉合曼依布麦吐逊帕孜萨迪克玛哈德别巴特扎次仁卓嘎央金格桑旺堆多吉丹增尼索朗平措贡洛白顿珠拥姆那日苏其乌兰图雅斯琴高娃朝鲁呼和宝音孟赛娜加措罗布旦罕买吾麦麦迪娜扎伊明吐肉孜卡斯木沙吾提塔依尔库热西提亚森亚克甫赛买提尤努斯玉素甫艾力夏提米尔扎提比拜凯迈再帕提古孜丽帕尔哈提祖农穆萨莫哈默德萨比尔艾合坦热依汗妮莎汉姑娃米莉莱依拉麦提托合乎地里木拉提居马别克叶尔肯哈孜花额敦孟强达瓦边青坚赞参庆珍益西嘉罕恩和毕力格图门满都拉特木钦布赫吉雅其米德参木兰萨仁梅朵云丹拉杰')
  TRANSLIT[char.charCodeAt(0)] = 1;

export function isTranslit(code: Uint16Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (TRANSLIT[code[i]!] !== 1) return false;
  return true;
}

export const SURNAME_ONLY_BEFORE = new Uint8Array(65536);
for (const char of '请由经与和向给遵告是及让随跟同嘱找问陪对叫至到后为即小老\u3001在据待')
  SURNAME_ONLY_BEFORE[char.charCodeAt(0)] = 1;
/** Words rather than surnames before a title unless a given name follows. */
export const NEVER_ALONE = new Uint8Array(65536);
for (const char of '和与由但来都应时经成有从所者全单管原官主信公利支云次班家相车门')
  NEVER_ALONE[char.charCodeAt(0)] = 1;

/** 向主任汇报: the preposition, not Dr. Xiang. */
export const REPORTS =
  /(?:\u6C47\u62A5|\u8BF7\u793A|\u62A5\u544A|\u54A8\u8BE2|\u53CD\u6620|\u8BF4\u660E|\u4EA4\u4EE3|\u5B66\u4E60|\u8BF7\u6559|\u5BB6)/;
