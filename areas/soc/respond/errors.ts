import { registerErrors } from '@xinglin/platform/kernel';

/** What a person may be told by this step. Imported for its effect by every file that throws one. */
export const RESPOND_ERRORS = registerErrors({
  'soc.alert_tenants': {
    status: 409,
    zh: '所选告警分属不同机构({tenants})，不能放进同一个安全事件',
    en: 'The alerts belong to different institutions ({tenants}) and cannot form one incident',
  },
  'soc.alert_in_incident': {
    status: 409,
    zh: '告警 {id} 已属于安全事件 {number}，请先从该事件拆分',
    en: 'Alert {id} already belongs to incident {number}; split it off first',
  },
  'soc.alert_not_in_incident': {
    status: 409,
    zh: '告警 {id} 不属于此安全事件',
    en: 'Alert {id} is not part of this incident',
  },
  'soc.split_all': {
    status: 409,
    zh: '不能把全部告警拆分出去，原事件至少要保留一条',
    en: 'An incident keeps at least one alert; not all of them can be split off',
  },
  'soc.incident_over': {
    status: 409,
    zh: '安全事件 {number} 已{state}，不能再修改',
    en: 'Incident {number} is {state} and can no longer be changed',
  },
  'soc.merge_tenants': {
    status: 409,
    zh: '只能合并同一机构的安全事件（{a} 与 {b}）',
    en: 'Only incidents of one institution can be merged ({a} and {b})',
  },
  'soc.merge_self': { status: 409, zh: '不能把事件合并到自身', en: 'An incident cannot be merged into itself' },
  'soc.suppression_expiry': {
    status: 422,
    zh: '抑制规则必须在未来 {days} 天内到期',
    en: 'A suppression must expire within the next {days} days',
  },
  'soc.suppression_too_wide': {
    status: 422,
    zh: '抑制规则至少要指定一条检测规则或一个条件，否则会隐藏该范围内的全部告警',
    en: 'A suppression needs a rule or at least one condition; without them it would hide every alert in its scope',
  },
  'soc.suppression_condition': {
    status: 422,
    zh: '条件 {field} 的值“{value}”不是有效的 {op}',
    en: "Condition on {field}: '{value}' is not a valid {op}",
  },
  'soc.scope': {
    status: 403,
    zh: '您的权限范围不包含机构 {tenant}',
    en: 'The institution {tenant} is outside your scope',
  },
  'soc.intel_format': {
    status: 422,
    zh: '无法按 {format} 解析：{reason}',
    en: 'The text cannot be read as {format}: {reason}',
  },
  'soc.intel_empty': {
    status: 422,
    zh: '没有可导入的指标（{rejected} 行被拒绝）',
    en: 'Nothing to import ({rejected} rows refused)',
  },
  'soc.assignee': {
    status: 422,
    zh: '账号 {id} 不存在、已停用或无权处理该机构',
    en: 'Account {id} does not exist, is disabled or may not act for this institution',
  },
  'soc.search_limit': {
    status: 422,
    zh: '保存的检索已达上限 {limit} 条，请先删除不用的',
    en: 'You have {limit} saved searches, the most allowed; delete some first',
  },
});
