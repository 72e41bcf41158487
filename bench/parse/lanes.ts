/** One kind of log: lines as a hospital's network sends them, addresses, users and times varying from line to line. */
export interface Lane {
  readonly name: string;
  readonly dataset: string;
  /** Lines per CPU-second asked of this machine kind. */
  readonly goal: number;
  readonly lines: readonly string[];
  /** The same line as one regular expression with named groups. */
  readonly expression: RegExp;
  /** The same line as literals and motifs, which a forward scan reads. */
  readonly rule: string;
}

const COUNT = 600;
const two = (n: number): string => String(n % 60).padStart(2, '0');
const make = (line: (n: number) => string): string[] => Array.from({ length: COUNT }, (_, n) => line(n));

const agent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';
const fortiRest =
  'srcintfrole="lan" dstintfrole="wan" srccountry="Reserved" dstcountry="China" sessionid=70812 proto=6 action="accept" policyid=12 policytype="policy" poluuid="fdff12c2-b08c-51ea-4a45-3a1e3b6f2d33" service="HTTPS" trandisp="snat" transip=198.51.100.7 transport=51512 duration=120 sentbyte=4711 rcvdbyte=90210 sentpkt=17 rcvdpkt=42 appcat="unscanned"';

export const lanes: readonly Lane[] = [
  {
    name: 'nginx access',
    dataset: 'nginx.access',
    goal: 400_000,
    lines: make(
      (n) =>
        `203.0.113.${n % 250} - - [22/Nov/2026:10:${two(n)}:${two(n * 7)} +0800] "GET /appointment/slots?dept=03${two(n)} HTTP/1.1" 200 ${5000 + n} "https://yy.example.cn/" "${agent}"`,
    ),
    expression:
      /^(?<ip>\S+) (?<ident>\S+) (?<user>\S+) \[(?<time>[^\]]+)\] "(?<method>\S+) (?<url>\S+) HTTP\/(?<version>[\d.]+)" (?<status>\d{3}) (?<bytes>\d+|-) "(?<referrer>[^"]*)" "(?<agent>[^"]*)"$/,
    rule: '{ip} {ident} {user} [{time}] "{method} {url} HTTP/{version}" {status} {bytes} "{referrer}" "{agent}"',
  },
  {
    name: 'sshd',
    dataset: 'linux.auth',
    goal: 400_000,
    lines: make(
      (n) =>
        `<38>Nov 22 10:${two(n)}:${two(n * 7)} his-db sshd[${500 + n}]: Failed password for ops${n % 40} from 203.0.113.${n % 250} port ${40_000 + n} ssh2`,
    ),
    expression:
      /^<(?<pri>\d+)>(?<time>\w{3} +\d+ [\d:]+) (?<host>\S+) sshd\[(?<pid>\d+)\]: Failed password for (?<user>\S+) from (?<ip>\S+) port (?<port>\d+) ssh2$/,
    rule: '<{pri}>{time} his-db sshd[{pid}]: Failed password for {user} from {ip} port {port} ssh2',
  },
  {
    name: 'Cisco ASA',
    dataset: 'cisco.asa',
    goal: 300_000,
    lines: make((n) =>
      n % 2 === 0
        ? `<166>Nov 22 2026 10:${two(n)}:${two(n * 7)} fw1 : %ASA-6-302013: Built outbound TCP connection ${7000 + n} for outside:203.0.113.${n % 250}/443 (203.0.113.${n % 250}/443) to inside:10.20.1.${n % 250}/${50_000 + n} (198.51.100.7/${50_000 + n})`
        : `<166>Nov 22 2026 10:${two(n)}:${two(n * 7)} fw1 : %ASA-4-106023: Deny tcp src outside:203.0.113.${n % 250}/${40_000 + n} dst inside:10.20.0.8/1433 by access-group "outside_in" [0x0, 0x0]`,
    ),
    expression:
      /^<(?<pri>\d+)>(?<time>\w{3} +\d+ \d{4} [\d:]+) (?<host>\S+) : %ASA-(?<severity>\d)-(?<code>\d{6}): (?:Built (?<dir>\w+) (?<proto>\w+) connection (?<id>\d+) for (?<dif>[^:]+):(?<dst>[^/]+)\/(?<dport>\d+) \((?<ndst>[^/]+)\/(?<ndport>\d+)\) to (?<sif>[^:]+):(?<src>[^/]+)\/(?<sport>\d+) \((?<nsrc>[^/]+)\/(?<nsport>\d+)\)|Deny (?<proto2>\w+) src (?<sif2>[^:]+):(?<src2>[^/]+)\/(?<sport2>\d+) dst (?<dif2>[^:]+):(?<dst2>[^/]+)\/(?<dport2>\d+) by access-group "(?<acl>[^"]+)" \[(?<hash>[^\]]+)\])$/,
    rule: '<{pri}>{time} fw1 : %ASA-{severity}-{code}: {message}',
  },
  {
    name: 'FortiGate',
    dataset: 'fortinet.fortigate',
    goal: 150_000,
    lines: make(
      (n) =>
        `<189>date=2026-11-22 time=10:${two(n)}:${two(n * 7)} devname="fw-hosp-1" devid="FG100FTK20001111" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" eventtime=17953134720000${two(n)}000 tz="+0800" srcip=10.20.1.${n % 250} srcport=${50_000 + n} srcintf="port2" dstip=203.0.113.${n % 250} dstport=443 dstintf="wan1" ${fortiRest}`,
    ),
    expression: /(?<key>[a-z_]+)=(?:"(?<quoted>[^"]*)"|(?<plain>\S*))/g,
    rule: '<{pri}>date={date} time={time} devname="{devname}" devid="{devid}" logid="{logid}" type="{type}" subtype="{subtype}" level="{level}" vd="{vd}" eventtime={eventtime} tz="{tz}" srcip={srcip} srcport={srcport} srcintf="{srcintf}" dstip={dstip} dstport={dstport} dstintf="{dstintf}" {rest}',
  },
  {
    name: 'Windows JSON',
    dataset: 'windows.security',
    goal: 120_000,
    lines: make((n) =>
      JSON.stringify({
        '@timestamp': `2026-11-22T02:${two(n)}:${two(n * 7)}.123Z`,
        Channel: 'Security',
        Provider_Name: 'Microsoft-Windows-Security-Auditing',
        EventID: 4625,
        Computer: 'ws-07.hosp.example.cn',
        EventRecordID: 900_000 + n,
        SubjectUserSid: 'S-1-0-0',
        SubjectUserName: '-',
        SubjectDomainName: '-',
        SubjectLogonId: '0x0',
        TargetUserSid: 'S-1-0-0',
        TargetUserName: `ops${n % 40}`,
        TargetDomainName: 'HOSP',
        Status: '0xc000006d',
        SubStatus: '0xc000006a',
        LogonType: '3',
        LogonProcessName: 'NtLmSsp ',
        AuthenticationPackageName: 'NTLM',
        WorkstationName: 'WS-99',
        IpAddress: `203.0.113.${n % 250}`,
        IpPort: String(50_000 + n),
      }),
    ),
    expression: /"(?<key>[^"]+)":(?:"(?<text>[^"]*)"|(?<number>\d+))/g,
    rule: '{json}',
  },
];

interface Anchor {
  readonly name: string;
  readonly work: (line: string) => unknown;
}

/** What else could do the work, from the cheapest upwards. */
export function anchors(lane: Lane): readonly Anchor[] {
  const { expression } = lane;
  if (lane.dataset === 'windows.security')
    return [{ name: 'JSON.parse of the line', work: (line) => JSON.parse(line) as unknown }];
  const scan = forwardScan(lane.rule);
  return [
    { name: 'regular expression', work: (line) => groupsOf(expression, line) },
    { name: 'regular expression, values typed and dated', work: (line) => typed(groupsOf(expression, line)) },
    { name: 'forward scan of literals and motifs (as mmnormalize)', work: scan },
  ];
}

function groupsOf(expression: RegExp, line: string): Record<string, string | undefined> | undefined {
  if (!expression.global) return expression.exec(line)?.groups;
  const pairs: Record<string, string | undefined> = {};
  for (const { groups } of line.matchAll(expression))
    if (groups !== undefined) pairs[groups['key'] ?? ''] = groups['quoted'] ?? groups['plain'];
  return pairs;
}

/** Numbers as numbers, the time as ISO 8601 UTC: the least an event needs beyond its texts. */
function typed(groups: Record<string, string | undefined> | undefined): unknown {
  if (groups === undefined) return undefined;
  const record: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(groups)) {
    if (value === undefined || value === '-') continue;
    record[key] = /^\d{1,15}$/.test(value) ? Number(value) : value;
  }
  const time = groups['time'] ?? '';
  const date = groups['date'];
  const text =
    date === undefined
      ? time.replace(/^(\d+)\/(\w+)\/(\d+):(.*)$/, '$1 $2 $3 $4').replace(/^(\w{3} +\d+) ([\d:]+)$/, '$1 2026 $2')
      : `${date}T${time}+08:00`;
  record['@timestamp'] = new Date(text).toISOString();
  return record;
}

function forwardScan(rule: string): (line: string) => Record<string, string> | undefined {
  const parts = rule.split(/\{(\w+)\}/);
  return (line) => {
    const record: Record<string, string> = {};
    let pos = 0;
    for (let i = 1; i < parts.length; i += 2) {
      const before = parts[i - 1] ?? '';
      if (i === 1) {
        if (!line.startsWith(before)) return undefined;
        pos = before.length;
      }
      const after = parts[i + 1] ?? '';
      const end = after === '' ? line.length : line.indexOf(after, pos);
      if (end < 0) return undefined;
      record[parts[i] ?? ''] = line.slice(pos, end);
      pos = end + after.length;
    }
    return record;
  };
}
