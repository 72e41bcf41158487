/** Surnames in simplified characters. Order within a line is by frequency (7th national survey of names, public bulletins); rare ones by hand. */
const COMMON =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤';
const USUAL =
  '萧洪秋苍扶宰习步付代候常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰卿国狄平计索宣晋初门云容敬扈晁芮普阙浦戈伏鹿薄邸雍辜羊阿乌裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干尉冶斯元束檀衣信展阴昝智幸奉植富尧闭';
/** Surnames of the lines above that are everyday words as well: alone in running text they say little. */
/** Surnames seldom met and hardly words: they count where something announces a name. */
const RARE =
  '昌凤羿松弓仰韶怀寿通别慎衡融养益琴归墨候贝竺濮占逄鱼粟昝仉亓佴绳訾阙缑郗郏郄邴邸酆茹荀蒯蓟谯赖赫逯郇郯郸鄯钮雒麴睢禚笪籍糜綦芈苌揭晁暨庹檀殳濯炅邝漆';
const DOUBTFUL =
  '于向常温文安易单成关时应连项全解和明平原都来相海满国门官信公利干但由支计云容巴强路左白高黄金石方江龙万任水华毕管房包商位师南初班盘花权来普阳古支索勾居那玉银利斯元束展阴智幸奉植富闭印宿况边景党宫冷席卫米应皮荣明查封谈惠燕楚盖练井修战危丰宣隆季申关尤尚简车纪童麻敬农劳封区戈薄辜何余乐闻诺计由衣信';
const COMPOUND =
  '欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 夏侯 南宫 端木 轩辕 独孤 呼延 闻人 耶律 东郭 百里 钟离 澹台 公冶 濮阳 淳于 单于 太叔 申屠 仲孙 赫连 拓跋 万俟 东门 西门 第五 完颜 叶赫 爱新觉罗 纳兰 那拉 南门 左丘 梁丘 闾丘 宗政 公羊 谷梁 颛孙 巫马 亓官 司寇 子车 乐正 壤驷 漆雕 范姜 张简 欧陽'.replace(
    ' 欧陽',
    '',
  );

export type SurnameGrade = 0 | 1 | 2 | 3;

const grades = new Uint8Array(65536);
for (const char of USUAL) grades[char.charCodeAt(0)] = 2;
for (const char of RARE) if ((grades[char.charCodeAt(0)] ?? 0) === 0) grades[char.charCodeAt(0)] = 1;
for (const char of COMMON) grades[char.charCodeAt(0)] = 3;
for (const char of DOUBTFUL) if ((grades[char.charCodeAt(0)] ?? 0) === 2) grades[char.charCodeAt(0)] = 1;

/** 3 common, 2 usual, 1 rare or an everyday word as well, 0 no surname. */
export const SURNAME_GRADE: Readonly<Uint8Array> = grades;

const doubtful = new Uint8Array(65536);
for (const char of DOUBTFUL) doubtful[char.charCodeAt(0)] = 1;
export const DOUBTFUL_SURNAME: Readonly<Uint8Array> = doubtful;

export const COMPOUND_SURNAMES: readonly string[] = COMPOUND.split(' ');

const compound = new Set(
  COMPOUND_SURNAMES.filter((name) => name.length === 2).map((name) => (name.charCodeAt(0) << 16) | name.charCodeAt(1)),
);
const compoundFirst = new Uint8Array(65536);
for (const name of COMPOUND_SURNAMES) if (name.length === 2) compoundFirst[name.charCodeAt(0)] = 1;

export function isCompoundSurname(first: number, second: number): boolean {
  return compoundFirst[first] === 1 && compound.has((first << 16) | second);
}

export const SINGLE_SURNAMES: readonly string[] = [...new Set(COMMON + USUAL)];
