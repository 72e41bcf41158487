/** What a member of a security device's log means. */
export type Role =
  | 'time'
  | 'srcIp'
  | 'dstIp'
  | 'srcPort'
  | 'dstPort'
  | 'srcNatIp'
  | 'dstNatIp'
  | 'srcNatPort'
  | 'dstNatPort'
  | 'srcMac'
  | 'dstMac'
  | 'proto'
  | 'app'
  | 'action'
  | 'severity'
  | 'ruleName'
  | 'ruleId'
  | 'threat'
  | 'category'
  | 'url'
  | 'host'
  | 'method'
  | 'status'
  | 'referrer'
  | 'agent'
  | 'user'
  | 'userGroup'
  | 'message'
  | 'sent'
  | 'received'
  | 'sentPackets'
  | 'receivedPackets'
  | 'srcZone'
  | 'dstZone'
  | 'ingress'
  | 'egress'
  | 'device'
  | 'serial'
  | 'session'
  | 'file'
  | 'hash'
  | 'command'
  | 'result'
  | 'reason'
  | 'srcCountry'
  | 'dstCountry'
  | 'duration'
  | 'path'
  | 'type';

// Role: the names devices use for it, English and Chinese, lower case without `_`, `-`, `.`, spaces and H3C's `(1003)`. One
// table for all vendors: the same few names return everywhere, and a vendor's next firmware uses its neighbour's.
const table = `
time: time date datetime eventtime logtime generatetime stattime occurtime dt 发生时间 时间 日志时间 攻击时间 产生时间 记录时间 开始时间
srcIp: src srcip sip srcaddr sourceip sourceaddress srcipaddr sa saddr srcaddress attacker attackip clientip client remoteip alarmsip ip 源ip 源地址 源ip地址 客户端ip 攻击者ip 攻击ip 攻击源ip 来源ip 访问者ip 攻击者 登录ip 主机ip
dstIp: dst dstip dip dstaddr destinationip destinationaddress dstipaddr da daddr dstaddress destip victim serverip attackedip 目的ip 目的地址 目的ip地址 服务器ip 受害者ip 目标ip 被攻击ip 目标地址 受害者
srcPort: srcport sport spt sourceport clientport 源端口 客户端端口 攻击者端口
dstPort: dstport dport dpt destinationport destport serverport 目的端口 服务器端口 目标端口
srcNatIp: natsrcip natsourceip srcnatip sourcenatip transip natsrcipaddr natsip 源nat地址 转换后源ip
dstNatIp: natdstip natdestinationip dstnatip tranip natdstipaddr natdip 目的nat地址 转换后目的ip
srcNatPort: natsrcport natsourceport sourcenatport natsport 转换后源端口
dstNatPort: natdstport natdestinationport natdport 转换后目的端口
srcMac: srcmac smac sourcemac mac 源mac mac地址
dstMac: dstmac dmac 目的mac
proto: proto protocol ipproto protocoltype transprotocol 协议 协议类型 传输协议 传输层协议
app: app application appname applicationname service appproto app/protocol 应用 应用名称 服务 应用协议 应用类型
action: action act event verdict policyaction ruleaction block handle op 动作 系统动作 处理动作 处置动作 防护动作 响应动作 处理结果 处置结果 拦截状态 执行动作
severity: severity level pri priority sev dangerdegree alertlevel risklevel threatlevel threatseverity hazardlevel 级别 严重级别 严重等级 威胁 威胁级别 危险级别 风险等级 风险级别 告警级别 威胁等级 危害等级 等级 事件等级
ruleName: rule rulename policy policyname securitypolicy profile acl 策略 策略名称 规则 规则名称 触发规则 安全策略 策略名
ruleId: ruleid policyid sid signid signatureid vulid attackid threatid 规则id 策略id 漏洞id 规则编号 特征id 威胁id
threat: attack attackname threat threatname signname signature vulname virus virusname eventname alarmname malwarename 事件 事件名称 攻击名称 威胁名称 漏洞名称 病毒名称 告警名称 病毒名 攻击特征 风险名称 规则描述
category: category attacktype eventtype threattype classtype alarmtype 攻击类型 威胁类型 事件类型 告警类型 类别 攻击分类 漏洞类型 标签
url: url uri requesturl url地址 请求url 访问url url路径 网址
host: host hostname domain domainname 域名 主机名 主机 站点 请求域名
method: method httpmethod requestmethod 请求方法 请求方式 方法
status: status httpstatus statuscode rspcode responsecode 响应码 http/s响应码 状态码 返回码
referrer: referer referrer 引用页
agent: useragent agent ua 客户端环境 用户代理
user: user username usr usrname account uname admin 用户 用户名 账号 操作员 登录用户 管理员
userGroup: group usergroup groupname 用户组 组名 所属组
message: msg message desc description detail info content 描述 详情 详细信息 消息 内容 日志内容 备注
sent: sentbyte sentbytes sendbytes bytessent outbytes upbytes sendbyte srcbytes 发送字节 发送流量 上行流量 上行字节
received: rcvdbyte rcvdbytes recvbytes receivebytes bytesreceived inbytes downbytes recvbyte recvdbytes rcvbyte dstbytes 接收字节 接收流量 下行流量 下行字节
sentPackets: sentpkt sentpkts sentpackets sendpackets sendpkts outpackets outpkt 发送包数
receivedPackets: rcvdpkt recvpackets receivepackets rcvpkt inpackets inpkt recvpkts 接收包数
srcZone: srczone sourcezone srczonename szone fromzone zonefrom 源区域 源安全域 源域
dstZone: dstzone destinationzone dstzonename dzone tozone zoneto 目的区域 目的安全域 目的域
ingress: srcintf indev ininterface iniface inif srcif interface ingressinterface 入接口 源接口 接口
egress: dstintf outdev outinterface outif dstif egressinterface 出接口 目的接口
device: devname fw dname devicename sysname devhost 设备名称 设备名 设备
serial: devid sn serial deviceid serialnumber 序列号 设备序列号
session: session sessionid connid flowid 会话id 会话
file: file filename 文件 文件名 文件名称
hash: md5 sha1 sha256 hash filehash filemd5 文件md5 哈希
command: cmd command opcmd 命令 操作命令
result: result ret outcome loginresult 结果 操作结果 登录结果 攻击结果
reason: reason 原因 失败原因
srcCountry: srccountry sourcecountry srcregion attackcountry 源国家 源地区 攻击者国家
dstCountry: dstcountry destinationcountry dstregion 目的国家 目的地区
duration: duration sessiontime elapsed 持续时间 会话时长
path: filepath path 文件路径 路径
type: type logtype mod module 日志类型 类型 模块
`;

/** Plain name → role. */
export const roleOf: ReadonlyMap<string, Role> = new Map(
  table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const colon = line.indexOf(': ');
      // The table is ours: its roles are those of the type.
      const role = line.slice(0, colon) as Role;
      return line
        .slice(colon + 2)
        .split(' ')
        .map((name): [string, Role] => [name, role]);
    }),
);
