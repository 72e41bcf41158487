import type { Fields } from '../types.ts';
import { wordAfter } from './text.ts';

interface Agent {
  readonly name: string;
  readonly version?: string;
  readonly device: string;
  readonly os?: string;
  readonly osVersion?: string;
}

const MEMO_LIMIT = 512;
const memo = new Map<string, Agent>();

/**
 * Writes `user_agent.original`, `.name`, `.version`, `.device.name` and `.os.*` for the browsers, bots and HTTP clients that
 * make up most traffic; the names follow ua-parser (uap-core). An unknown agent is `Other`.
 * @example
 * ```ts
 * import { putUserAgent } from './user-agent.ts';
 * const fields = {};
 * putUserAgent(fields, 'curl/8.5.0'); // user_agent.name 'curl', user_agent.version '8.5.0'
 * ```
 */
export function putUserAgent(fields: Fields, original: string): void {
  fields['user_agent.original'] = original;
  let agent = memo.get(original);
  if (agent === undefined) {
    agent = readAgent(original);
    // Few agents make most of the traffic; a hostile flood of new ones only empties the memo.
    if (memo.size >= MEMO_LIMIT) memo.clear();
    if (original.length <= 512) memo.set(original, agent);
  }
  fields['user_agent.name'] = agent.name;
  fields['user_agent.device.name'] = agent.device;
  if (agent.version !== undefined) fields['user_agent.version'] = agent.version;
  if (agent.os !== undefined) {
    fields['user_agent.os.name'] = agent.os;
    if (agent.osVersion !== undefined) {
      fields['user_agent.os.version'] = agent.osVersion;
      fields['user_agent.os.full'] = `${agent.os} ${agent.osVersion}`;
    }
  }
}

function readAgent(text: string): Agent {
  const { os, osVersion } = systemOf(text);
  const { name, version, bot } = browserOf(text, os);
  return {
    name,
    device: bot ? 'Spider' : deviceOf(text, os),
    ...(version !== undefined && { version }),
    ...(os !== undefined && { os }),
    ...(osVersion !== undefined && { osVersion }),
  };
}

/** Dotted digits after a mark such as `Chrome/`. */
function versionAfter(text: string, mark: string): string | undefined {
  const at = text.indexOf(mark);
  if (at < 0) return undefined;
  let end = at + mark.length;
  const begin = end;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (!((code >= 48 && code <= 57) || (code === 46 && end > begin))) break;
  }
  const dotted = text.slice(begin, end);
  return dotted === '' ? undefined : dotted.endsWith('.') ? dotted.slice(0, -1) : dotted;
}

interface System {
  readonly os?: string;
  readonly osVersion?: string;
}

const windowsNames: Readonly<Record<string, string>> = {
  '10.0': '10',
  '6.3': '8.1',
  '6.2': '8',
  '6.1': '7',
  '6.0': 'Vista',
  '5.2': 'XP',
  '5.1': 'XP',
  '5.0': '2000',
};

function named(os: string, osVersion: string | undefined): System {
  return osVersion === undefined ? { os } : { os, osVersion };
}

function systemOf(text: string): System {
  const windows = versionAfter(text, 'Windows NT ');
  if (windows !== undefined) return named('Windows', windowsNames[windows] ?? windows);
  if (text.includes('iPhone OS ') || text.includes('CPU OS ')) {
    const word = wordAfter(text, 'iPhone OS ') ?? wordAfter(text, 'CPU OS ') ?? '';
    return named('iOS', /^[\d_]{1,20}$/.test(word) ? word.replaceAll('_', '.') : undefined);
  }
  if (text.includes('HarmonyOS')) return named('HarmonyOS', versionAfter(text, 'HarmonyOS '));
  if (text.includes('OpenHarmony')) return named('OpenHarmony', versionAfter(text, 'OpenHarmony '));
  const android = text.indexOf('Android');
  if (android >= 0) return named('Android', versionAfter(text, 'Android '));
  const mac = text.indexOf('Mac OS X');
  if (mac >= 0) {
    const word = (wordAfter(text, 'Mac OS X ') ?? '').split(/[;)]/, 1)[0] ?? '';
    return named('Mac OS X', /^[\d_.]{1,20}$/.test(word) ? word.replaceAll('_', '.') : undefined);
  }
  if (text.includes('Ubuntu')) return { os: 'Ubuntu' };
  if (text.includes('Linux') || text.includes('linux-gnu')) return { os: 'Linux' };
  return text.includes('Windows') ? { os: 'Windows' } : {};
}

function deviceOf(text: string, os: string | undefined): string {
  if (text.includes('iPhone')) return 'iPhone';
  if (text.includes('iPad')) return 'iPad';
  if (text.includes('KFFOWI') || text.includes('Kindle')) return 'Kindle';
  if (os === 'Mac OS X') return 'Mac';
  if (os === 'Android' || os === 'HarmonyOS' || os === 'OpenHarmony') {
    return text.includes('Tablet') ? 'Generic Tablet' : 'Generic Smartphone';
  }
  return 'Other';
}

interface Browser {
  readonly name: string;
  readonly version: string | undefined;
  readonly bot: boolean;
}

/** Mark in the text → name, in the order in which they must be tried: shells of other browsers come before them. */
const browsers: readonly (readonly [mark: string, name: string])[] = [
  ['MicroMessenger/', 'WeChat'],
  ['DingTalk/', 'DingTalk'],
  ['AlipayClient/', 'Alipay'],
  ['QQBrowser/', 'QQ Browser'],
  ['Edge/', 'Edge'],
  ['EdgA/', 'Edge Mobile'],
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Silk/', 'Amazon Silk'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['UCBrowser/', 'UC Browser'],
  ['HuaweiBrowser/', 'Huawei Browser'],
  ['HeadlessChrome/', 'HeadlessChrome'],
  ['Firefox/', 'Firefox'],
  ['CriOS/', 'Chrome Mobile iOS'],
  ['Chrome/', 'Chrome'],
];

const clients: readonly (readonly [mark: string, name: string])[] = [
  ['curl/', 'curl'],
  ['Wget/', 'Wget'],
  ['python-requests/', 'Python Requests'],
  ['Python-urllib/', 'Python-urllib'],
  ['python-httpx/', 'Python HTTPX'],
  ['aiohttp/', 'Python aiohttp'],
  ['Scrapy/', 'Scrapy'],
  ['okhttp/', 'okhttp'],
  ['Go-http-client/', 'Go-http-client'],
  ['Apache-HttpClient/', 'Apache-HttpClient'],
  ['Java/', 'Java'],
  ['PostmanRuntime/', 'PostmanRuntime'],
  ['axios/', 'axios'],
  ['node-fetch/', 'node-fetch'],
  ['libwww-perl/', 'libwww-perl'],
  ['sqlmap/', 'sqlmap'],
  ['Nikto/', 'Nikto'],
  ['masscan/', 'masscan'],
  ['zgrab/', 'zgrab'],
  ['nuclei/', 'Nuclei'],
];

const botMarks = [
  'Googlebot',
  'bingbot',
  'Baiduspider',
  'Bytespider',
  'Sogou web spider',
  'YisouSpider',
  '360Spider',
  'Twitterbot',
  'Facebot',
  'YandexBot',
  'AhrefsBot',
  'SemrushBot',
  'GPTBot',
  'Applebot',
];

function browserOf(text: string, os: string | undefined): Browser {
  for (const mark of botMarks) {
    if (text.includes(mark))
      return { name: mark, version: versionAfter(text, `${mark}/`) ?? versionAfter(text, `${mark} `), bot: true };
  }
  for (const [mark, name] of clients) {
    if (!text.includes(mark)) continue;
    const version = versionAfter(text, mark);
    return {
      name,
      version: name === 'Python Requests' ? version?.split('.').slice(0, 2).join('.') : version,
      bot: false,
    };
  }
  for (const [mark, name] of browsers) {
    const version = versionAfter(text, mark);
    if (version === undefined) continue;
    if (name === 'Firefox') return firefox(text, version);
    if (name === 'Chrome' && os === 'Android') {
      return {
        name: text.includes('; wv)') ? 'Chrome Mobile WebView' : text.includes('Mobile') ? 'Chrome Mobile' : 'Chrome',
        version,
        bot: false,
      };
    }
    return { name, version, bot: false };
  }
  if (text.includes('Trident/7.0')) return { name: 'IE', version: '11.0', bot: false };
  const explorer = versionAfter(text, 'MSIE ');
  if (explorer !== undefined) return { name: 'IE', version: explorer, bot: false };
  const safari = text.includes('Safari/') || text.includes('AppleWebKit/') ? versionAfter(text, 'Version/') : undefined;
  if (safari !== undefined)
    return {
      name: os === 'iOS' ? 'Mobile Safari' : os === 'Android' ? 'Android' : 'Safari',
      version: safari,
      bot: false,
    };
  return { name: 'Other', version: undefined, bot: false };
}

function firefox(text: string, version: string): Browser {
  // "15.0a2" is an alpha build: ua-parser writes it 15.0.a2.
  const after = text.indexOf(`Firefox/${version}`) + 8 + version.length;
  const stage = text.charAt(after);
  if (stage !== 'a' && stage !== 'b') return { name: 'Firefox', version, bot: false };
  return {
    name: stage === 'a' ? 'Firefox Alpha' : 'Firefox Beta',
    version: `${version}.${text.slice(after).split(' ', 1)[0]}`,
    bot: false,
  };
}
