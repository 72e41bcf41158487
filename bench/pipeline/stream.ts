/**
 * The stream of the pipeline benchmark: what a hospital's devices send in a working hour, deterministic, with a time stamp of now.
 * By number: firewall 40 % (FortiGate 20, ASA 10, iptables 10), nginx 30, Linux 15, Suricata EVE 8, Windows logons 7.
 * One line in `everyHit` is an attack that a rule must find.
 */
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const USERS = [
  'wang.fang',
  'li.na',
  'zhang.wei',
  'liu.yang',
  'chen.jie',
  'svc_his',
  'svc_pacs',
  'oracle',
  'nurse01',
  'doctor07',
];
const PATHS = [
  '/api/schedule?dept=3',
  '/doctor/list?dept=neike',
  '/static/app.js',
  '/api/appointment/mine',
  '/notice/218',
  '/pacs/image/88123',
];
const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

/** A small linear congruential generator: the stream must not depend on the runtime's Math.random. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export interface StreamOptions {
  readonly seed: number;
  readonly now: Date;
  /** Every n-th line is an attack; 0 for none. */
  readonly everyHit: number;
}

/** A function that makes the next line (without newline); `mark` is put where the line can be found again. */
export function lineMaker({ seed, now, everyHit }: StreamOptions): (mark: number) => string {
  const next = random(seed);
  const two = (value: number): string => String(value).padStart(2, '0');
  const wall = new Date(now.getTime() + 8 * 3_600_000);
  const clock = `${two(wall.getUTCHours())}:${two(wall.getUTCMinutes())}:${two(wall.getUTCSeconds())}`;
  const month = MONTHS[wall.getUTCMonth()] ?? 'Jan';
  const bsd = `${month} ${String(wall.getUTCDate()).padStart(2, ' ')} ${clock}`;
  const day = `${wall.getUTCFullYear()}-${two(wall.getUTCMonth() + 1)}-${two(wall.getUTCDate())}`;
  const inside = (): string => `10.${1 + next(20)}.${next(40)}.${1 + next(250)}`;
  const outside = (): string => `${[183, 120, 36, 39, 112, 221][next(6)]}.${next(256)}.${next(256)}.${1 + next(250)}`;
  const user = (): string => USERS[next(USERS.length)] ?? 'root';
  const port = (): number => 1024 + next(60_000);

  return (mark) => {
    if (everyHit > 0 && mark % everyHit === everyHit - 1)
      return `<38>${bsd} his-db01 sshd[${mark % 100_000}]: Accepted password for root from 203.0.113.${1 + (mark % 250)} port ${port()} ssh2`;
    const kind = next(100);
    if (kind < 20) {
      return (
        `<189>date=${day} time=${clock} devname="FG-CORE" devid="FG100FTK21004321" eventtime=${now.getTime()}000000 tz="+0800" logid="0000000013" type="traffic" subtype="forward" ` +
        `level="notice" vd="root" srcip=${inside()} srcport=${port()} srcintf="port2" srcintfrole="lan" dstip=${outside()} dstport=443 dstintf="port3" dstintfrole="wan" policyid=12 ` +
        `sessionid=${mark} proto=6 action="accept" service="HTTPS" duration=12 sentbyte=${next(90_000)} rcvdbyte=${next(900_000)} sentpkt=14 rcvdpkt=19 appcat="unscanned"`
      );
    }
    if (kind < 30)
      return `<166>${bsd} asa-dmz : %ASA-6-302013: Built outbound TCP connection ${mark} for outside:${outside()}/443 (${outside()}/443) to inside:${inside()}/${port()} (${inside()}/${port()})`;
    if (kind < 40)
      return `<4>${bsd} gw-his kernel: [${mark}.123456] IN=eth1 OUT=eth0 MAC=00:16:3e:aa:bb:cc:00:16:3e:11:22:33:08:00 SRC=${inside()} DST=${inside()} LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=${next(65_000)} DF PROTO=TCP SPT=${port()} DPT=${[80, 443, 1521, 8080][next(4)]} WINDOW=64240 RES=0x00 SYN URGP=0`;
    if (kind < 70)
      return `<190>${bsd} web-0${1 + next(4)} nginx: ${outside()} - - [${two(wall.getUTCDate())}/${month}/${wall.getUTCFullYear()}:${clock} +0800] "GET ${PATHS[next(PATHS.length)]}&n=${mark} HTTP/1.1" ${next(30) === 0 ? 404 : 200} ${next(90_000)} "-" "${AGENT}"`;
    if (kind < 78)
      return `<86>${bsd} lis-app0${1 + next(6)} sshd[${1000 + (mark % 30_000)}]: Accepted publickey for ${user()} from ${inside()} port ${port()} ssh2: RSA SHA256:mZ0mG3o${mark}`;
    if (kind < 85)
      return `<78>${bsd} pacs-db01 CRON[${mark % 32_000}]: pam_unix(cron:session): session opened for user ${user()}(uid=0) by (uid=0)`;
    if (kind < 93)
      return `{"timestamp":"${day}T${clock}.123456+0800","flow_id":${mark},"in_iface":"ens4","event_type":"dns","src_ip":"${inside()}","src_port":${port()},"dest_ip":"10.1.0.53","dest_port":53,"proto":"UDP","dns":{"type":"query","id":${next(65_000)},"rrname":"img${next(900)}.example.com","rrtype":"A","tx_id":0}}`;
    return `{"@timestamp":"${now.toISOString()}","event":{"code":"4624","kind":"event","provider":"Microsoft-Windows-Security-Auditing","outcome":"success"},"winlog":{"channel":"Security","event_id":"4624","provider_name":"Microsoft-Windows-Security-Auditing","computer_name":"WS-${next(900)}","record_id":${mark},"event_data":{"TargetUserName":"${user()}","TargetDomainName":"HOSPITAL","LogonType":"3","IpAddress":"${inside()}","IpPort":"${port()}","LogonProcessName":"NtLmSsp","AuthenticationPackageName":"NTLM","WorkstationName":"WS-${next(900)}"}},"host":{"name":"dc01"},"message":"An account was successfully logged on."}`;
  };
}

/** `count` lines with a newline each, numbered from `first`. */
export function streamChunk(first: number, count: number, options: StreamOptions): Buffer {
  const line = lineMaker({ ...options, seed: options.seed + first });
  let text = '';
  for (let i = 0; i < count; i += 1) text += `${line(first + i)}\n`;
  return Buffer.from(text, 'utf8');
}
