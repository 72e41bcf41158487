/** An issued notice as the supervise step would give it, with everything a printed page must cope with: rare names, hashes, tables, a long title. */
import type { NoticeDetail } from '@xinglin/soc';

export function sampleNotice(over: Partial<NoticeDetail> = {}): NoticeDetail {
  const recipient = {
    id: 'r1',
    tenant: 'cn.gd.dg.h1',
    institution: '东莞市第一人民医院',
    status: 'pending' as const,
    deadline: '2026-11-30T09:30:00.000Z',
    overdue: false,
    signedAt: null,
    signedBy: null,
    answeredAt: null,
    acceptedAt: null,
    extension: null,
    escalation: 0,
    returns: 0,
    actions: [],
  };
  return {
    id: 'n1',
    number: '东卫网安通〔2026〕12号',
    tenant: 'cn.gd.dg',
    issuer: '东莞市卫生健康局',
    type: 'event',
    urgency: 'urgent',
    title: '关于东莞市第一人民医院勒索软件横向移动网络安全事件的通报',
    status: 'issued',
    incidentId: 'i1',
    issuedAt: '2026-11-23T02:00:00.000Z',
    deadline: '2026-11-30T09:30:00.000Z',
    deadlineWorkdays: 5,
    progress: { recipients: 1, signed: 0, answered: 0, accepted: 0, overdue: 0 },
    createdAt: '2026-11-23T01:00:00.000Z',
    body: `东莞市第一人民医院：

近日，我单位在区域医疗网络安全监测中发现你单位发生网络安全事件（事件编号：XA-2026-000123）。现将有关情况通报如下：

# 一、事件概况

事件名称：勒索软件横向移动。事件类别：恶意程序/勒索软件。初步定级：一般网络安全事件。首次发现时间：2026年11月23日2时05分，最近一次活动时间：2026年11月23日2时40分，累计关联告警7条。

2026年11月23日2时05分至2时40分，监测到你单位信息系统出现“办公网主机大量访问445端口”“卷影副本被删除”等异常行为，共产生告警7条（严重2条、高危5条），涉及日志事件312次。联系人：龘䶮、喆堃、珺昱。

# 二、主要经过

| 时间 | 行为 | 级别 | 次数 |
|---|---|---|---|
| 2026年11月23日2时05分 | 办公网主机大量访问 445 端口 | 高危 | 240 |
| 2026年11月23日2时11分 | 利用管理共享远程创建服务（PsExec 类） | 高危 | 12 |
| 2026年11月23日2时20分 | 卷影副本被删除 | 严重 | 3 |
| 2026年11月23日2时31分 | HIS 数据库服务器出现批量文件改名 | 严重 | 57 |

# 三、受影响资产

| 资产名称 | IP 地址 | 所属系统 | 网络区域 | 科室 | 告警数 |
|---|---|---|---|---|---|
| 住院部护士站 03 | 10.20.3.17 | — | 办公区 | 心内科 | 5 |
| HIS-DB-01 | 10.1.1.2、10.1.1.3 | HIS | 核心业务区 | 信息科 | 2 |

# 四、攻击线索

| 类型 | 线索 | 角色 | 出现次数 |
|---|---|---|---|
| 文件摘要 | 275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f | 客体 | 2 |
| IP 地址 | 10.20.3.17 | 来源 | 40 |
| 域名 | update-windows-service.example-malware-domain.com | 目标 | 9 |`,
    basis: '《中华人民共和国网络安全法》《医疗卫生机构网络安全管理办法》（国卫规划发〔2022〕29号）',
    requirements: [
      '立即断开涉事终端网络，封禁445端口的跨区访问，保护现场，保存不少于六个月的相关日志，未经确认不得重装或清除数据。',
      '查明攻击入口、影响范围和数据外泄情况，修改可能泄露的口令和密钥，清除恶意程序和后门。',
      '举一反三，对同类系统开展排查，消除同类隐患。',
    ],
    receiptDeadline: '2026-11-24T09:30:00.000Z',
    withdrawnReason: '',
    calendarWarning: '',
    recipients: [recipient],
    entries: [],
    actions: [],
    ...over,
  };
}
