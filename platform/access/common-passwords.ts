/**
 * The words people build passwords from: the head of public breach lists, Chinese keyboard and pinyin habits, hospital terms and the
 * defaults of devices common in hospitals. Compared after `undo` in password-policy.ts, so `P@ssw0rd123!` is covered by `password`.
 */
const WORDS = `
123456 1234567 12345678 123456789 1234567890 12345678910 0123456789 987654321 9876543210 111111 000000 123123 654321 666666 888888 112233 121212
123321 147258369 147258 159357 789456123 789456 741852963 11111111 88888888 00000000 66666666 5201314 1314520 7758521 520520 1314521 520131 147852369
password passwd pass passw0rd passwort motdepasse senha contrasena admin administrator adminadmin root toor system sysadmin superuser super user guest
test tester testing demo default changeme change letmein welcome login logon access secret master manager oracle sa mysql postgres postgresql sqlserver
qwerty qwertyuiop qwert qwer asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc qaz wsx edc qweasd qweasdzxc qwaszx q1w2e3r4 q1w2e3r4t5
1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz 2wsx 3edc 1qazxsw2 zaq12wsx zaq1zaq1 zaq1xsw2 qazxsw aqwzsx qwer1234 asdf1234 1234qwer abcd1234 abc123 abc1234
abcd abcdef abcdefg abcdefgh abc a123456 a12345678 a123456789 aa123456 aa12345678 a1b2c3 a1b2c3d4 aaa111 aaaaaa aaaaaaaa woaini woaini1314 woaini520 woaiwojia
iloveyou ilove love lovely sunshine princess dragon monkey football baseball basketball shadow michael superman batman trustno freedom whatever starwars
computer internet server service support network security secure summer winter spring autumn hello helloworld world killer hunter charlie jordan soccer
hospital yiyuan yisheng hushi doctor nurse patient health medical medicine clinic his lis pacs emr ris his123 hisadmin hisuser hishis lisadmin pacsadmin
zhongyiyuan renminyiyuan weijianwei weisheng yiliao yaofang menzhen zhuyuan jizhen huli yijian yibao xinxike xinxi xinxizhongxin jifang shebei
xinglin soc socadmin anquan guanliyuan mima beijing shanghai guangzhou shenzhen dongguan guangdong china zhongguo chongqing tianjin nanjing wuhan chengdu
huawei huaweicom h3c ruijie sangfor topsec venus nsfocus qianxin hillstone fortinet cisco cisco123 dahua hikvision uniview tplink zte juniper dell dellsonic
calvin supervisor operator maintenance maint engineer technician public private community manager1 changhao neusoft winning kingdee yonyou inspur lenovo
windows win server2008 server2012 server2016 microsoft google apple android tencent alibaba aliyun wechat weixin qq taobao baidu jd
january february march april may june july august september october november december monday friday sunday
`;

/** Lists are stored plain and with the usual swaps undone, because the check undoes them in what was typed. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  WORDS.split(/\s+/)
    .filter((word) => word !== '')
    .flatMap((word) => [word, unswap(word)]),
);

function unswap(word: string): string {
  const swaps: Record<string, string> = { '4': 'a', '3': 'e', '1': 'i', '0': 'o', '5': 's', '7': 't' };
  return word.replace(/[431057]/g, (char) => swaps[char] ?? char);
}
