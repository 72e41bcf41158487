import { GIVEN_FIRST, GIVEN_LAST } from '../data/given-characters.data.ts';
import { COMMON_PAIRS, KNOWN_PAIRS } from '../data/word-pairs.data.ts';
import { CLINICAL_WORDS } from './clinical-words.ts';

// One byte per cell keeps the table in the processor's cache: six bits of fingerprint, two of level. About one unknown pair in
// sixty is taken for a known one; training sees the same table.
const SIZE = 1 << 17;
const MASK = SIZE - 1;
const cells = new Uint8Array(SIZE);

function mixed(first: number, second: number): number {
  const hash = Math.imul((first << 16) ^ second, 0x9e3779b1);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function add(first: number, second: number, level: number): void {
  const hash = mixed(first, second);
  const mark = ((hash >>> 24) & 0xfc) | 0;
  let slot = hash & MASK;
  while (cells[slot] !== 0 && (cells[slot]! & 0xfc) !== mark) slot = (slot + 1) & MASK;
  if ((cells[slot]! & 3) < level) cells[slot] = mark | level;
}

function load(): true {
  for (const [groups, level] of [
    [KNOWN_PAIRS, 1],
    [COMMON_PAIRS, 2],
  ] as const)
    for (const group of groups.split(','))
      for (let i = 1; i < group.length; i++) add(group.charCodeAt(0), group.charCodeAt(i), level);
  for (const word of CLINICAL_WORDS)
    for (let i = 1; i < word.length; i++) add(word.charCodeAt(i - 1), word.charCodeAt(i), i === 1 ? 2 : 1);
  return true;
}

let loaded = false;

/** How often two characters stand together inside words: 0 not seen, 1 in known words, 2 in common ones. */
export function pairLevel(first: number, second: number): number {
  loaded ||= load();
  const hash = mixed(first, second);
  const mark = (hash >>> 24) & 0xfc;
  for (let slot = hash & MASK; ; slot = (slot + 1) & MASK) {
    const cell = cells[slot]!;
    if (cell === 0) return 0;
    if ((cell & 0xfc) === mark) return cell & 3;
  }
}

// Given names of the last decades, by hand; the list from the dictionary knows older and foreign ones as well.
const MODERN =
  '伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文建国志玉红兰梅云珍春林海波鹏飞燕辉玲萍凤莉婷雪琳浩宇轩子涵梓欣怡诗雨晨曦佳慧颖洁倩琪瑶璐蕾薇菲思梦婉晓小永庆德福贵荣昌盛兴旺龙虎彪豪杰俊峰岩松柏柳杨桃李梨杏石山川江河湖洋溪泉清澈澄源润泽沛然博文学斌彬武勇毅刚健康安宁和平顺利祥瑞吉利金银铜铁钢锋剑锐立正义仁礼智信忠孝廉耻诚实善良美好爱心情意真纯洁贞淑贤惠雅静娴婵娇媚艳丽妍姗珊瑚琼瑛瑾瑜璇玥琦琨琛钰铭鑫森淼焱垚晶晟旭昊昕晖昱曙光辰星月阳东南西北中央天地宏伟大广博远长久恒永世代传承宗祖光耀显扬名誉威望群众民族家邦邦国庆建设革命卫红军援朝抗美跃进胜利解放成功凯旋展翔鸿鹄鹤鹰雁燕莺凤凰麟骏骥驰腾云霄汉卿相臣君侯王帝皇冠军元帅亮白素青蓝紫彤丹朱彩虹霓雯霜露冰寒冬夏秋菊荷莲花香芬芳馨兰芝蕙茹荣茂蓉芸芹苗莹萌蔓茜菁蓓蕊嫣媛婧婕娅娥姝妮妙好婷嘉佳怡悦欢乐喜乐笑开朗爽直率勤俭敬业奋进力争取上游先锋模范标兵继续进步前程似锦根深叶茂生发财富有余裕丰收满堂守业保全定坤乾坤泰岱峻岭峰峦岚屹巍嵩衡岳昆仑寅卯辰巳申酉戌亥甲乙一二三四五六七八九十百千万新民主立宪法制度政治经纬纶绪维纲纪统章程式典范例书画琴棋墨笔砚诗词歌赋韵律音声鸣响雷霆震电闪炜烨煜灿炎焰煌炳燃奇异特殊尤胜伦超越卓凡平易近人可以为师表率领导引航帆船舟楫渡津济世安邦守望尧舜禹汤启商周秦汉唐宋元明清齐鲁燕赵韩魏楚吴越蜀滇黔桂粤闽赣皖浙苏沪豫晋冀辽宁吉黑内蒙新疆藏青甘陕之一乃亦如若水土木火日萱睿懿瀚城慕佩娣援绍皓炫蝶楚初冰含烟映惜蓝招翠苒芷芮彦晏晗暄珂珈瑄璟琬琰瑗铠锴锦颢颜骁骅鹭麒黛霁霏霈霖隽逸逍遥迪迅轶轲赟贻谨谦诺谊译询攀敖斐旋旎昂易昶晁普景智暖曜朔朗朵权杉杏材村来杭枝枫柔柯栋栩桐桓桥桦梓棠棣楷榕榛槐樱橙欧歆毓沁沂沐沛沫泓泛津洲浦润涤淳淼渝渊渲湘溢滢滨漪漫潇潼澍澜濡瀛灏炎炜炫焕煊熙熠熹爽牧犇狄玄玖玘玟珅珏珑珩班琅琏琢瑛瑭瑶璋璞瓒甜甫畅畴皎盈盼真睦瞳知硕碧磊祎祖祯祺禄禹秉科秦稳穗穆立竹笙筠筱简箫米粤紫絮纤纯绣维绿缘翊翎翰耀聪育胤自至舒航良艺艾芊芋芒芙芦花苏若苹范茵茹荀荃荔莎莘莞莱菀菡萃葳葵蒙蓓蔚蔷薏藜蘅虔蜜衍衡裕西觅言詹誉诠谷贝贤贵起超越路跃轩辛达迎运远连适逢郁郡郎里野鉴钊钦钧钰铃铄铎锟镇镕闻阔阳阿陌陵随隆集雄雅雍零霄静非韬韵音顺颂颐风飒首香馥骄高魁鲲鸥鹂鹏黎默齐龄娴娆婵嫦嬿孜孟季宛宜宣宝实宥宬容宽宾密寒寿封尉小少尔尚居展山岑岸峥崇崎崧嵘工巧希帅帝帼平年幼庄序店庚府延开弈弘弛形彧往律徽必怀思怿恂恒恬悉悠惟愉愚愿慈懋成我承抒拓拥振捷掌敦斌斯方施无旦旺时昀昌昔冉冕准凇凌凝凯刘刚初利勉勋勖勤化北千升午卉南卫印及友双发叶合吉同名向君含启吟周咏品哲唯啸喆嘉四因团园国圣坚坛坪垒培基堂塬壁声备复夏多夕天奎奕奥好如妹妤姚姜始姗姿威娇娉婉琮瑚瑁璨瑟芃芯茗莅菏萌蒲蓁蕴蕊薪袆裴言誊豫跻轼辇邃邺鄢酉钏钥铨锋锐阅阑陶隐韶顼颀飏香骋骞鸾黔孝焰煦熔';

const firstLevel = new Uint8Array(65536);
const lastLevel = new Uint8Array(65536);
for (const [table, list] of [
  [firstLevel, GIVEN_FIRST],
  [lastLevel, GIVEN_LAST],
] as const)
  for (const [rank, char] of Array.from(list).entries()) table[char.charCodeAt(0)] = rank < 350 ? 2 : 1;
for (const char of MODERN) {
  const code = char.charCodeAt(0);
  firstLevel[code] = lastLevel[code] = 3;
}

/** How usual a character is as the first, and as the last or only one of a given name: 0 to 3. */
export const GIVEN_FIRST_LEVEL: Readonly<Uint8Array> = firstLevel;
export const GIVEN_LAST_LEVEL: Readonly<Uint8Array> = lastLevel;
