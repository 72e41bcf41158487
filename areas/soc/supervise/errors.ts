import { registerErrors } from '@xinglin/platform/kernel';

/** What a person may be told by this step. Imported for its effect by every file that throws one. */
export const SUPERVISE_ERRORS = registerErrors({
  'institution.exists': { status: 409, zh: '机构编码 {tenant} 已存在', en: 'An institution {tenant} exists already' },
  'institution.no_parent': {
    status: 422,
    zh: '上级机构 {parent} 不存在或不在您的管辖范围内',
    en: 'The parent {parent} does not exist or is outside your scope',
  },
  'institution.root': {
    status: 403,
    zh: '只有系统管理员可以建立顶级机构',
    en: 'Only a system administrator may create a top institution',
  },
  'institution.in_use': {
    status: 409,
    zh: '机构 {tenant} 还有{what}，不能停用',
    en: '{tenant} still has {what}; it cannot be archived',
  },
  'institution.invalid': { status: 422, zh: '机构信息有误：{reason}', en: 'The institution is not valid: {reason}' },
  'asset.exists': { status: 409, zh: '“{name}”在该机构已存在', en: "'{name}' exists already in this institution" },
  'asset.reference': {
    status: 422,
    zh: '所选的{what}不属于该机构',
    en: 'The {what} does not belong to this institution',
  },
  'import.no_file': { status: 400, zh: '请选择一个文件（每次一个）', en: 'Choose one file' },
  'soc.outside_scope': {
    status: 403,
    zh: '机构 {tenant} 不存在或不在您的管辖范围内',
    en: '{tenant} does not exist or is outside your scope',
  },
  'notice.side': {
    status: 403,
    zh: '只有{side}可以执行此操作',
    en: 'Only the {side} may do this',
  },
  'notice.recipients': {
    status: 422,
    zh: '接收单位 {tenants} 不存在、已停用，或不是本单位的下级',
    en: 'Recipients {tenants} do not exist, are archived, or are not below the issuer',
  },
  'notice.not_draft': {
    status: 409,
    zh: '通报已发出，不能再修改内容',
    en: 'The notice is issued; its text cannot change',
  },
  'notice.not_issued': {
    status: 409,
    zh: '通报当前为“{status}”，不能处理',
    en: "The notice is '{status}'; nothing can be done with it",
  },
  'notice.open_recipients': {
    status: 409,
    zh: '还有 {count} 家单位未通过审核，不能办结',
    en: '{count} recipients are not accepted yet; the notice cannot be closed',
  },
  'notice.extension_pending': {
    status: 409,
    zh: '已有一份延期申请待审批',
    en: 'An extension request is waiting already',
  },
  'notice.no_extension': { status: 409, zh: '没有待审批的延期申请', en: 'No extension request is waiting' },
  'notice.extension_late': {
    status: 409,
    zh: '已超过整改期限，不能再申请延期，请尽快反馈',
    en: 'The deadline has passed; answer as soon as possible instead of asking for more time',
  },
  'notice.extension_date': {
    status: 422,
    zh: '申请的新期限必须晚于现期限 {deadline}',
    en: 'The new deadline must be later than {deadline}',
  },
  'notice.evidence_needed': {
    status: 422,
    zh: '反馈须写明整改情况（至少 10 个字），或附证明材料',
    en: 'Say what was done (10 characters at least) or attach evidence',
  },
  'file.type': {
    status: 415,
    zh: '文件“{name}”的类型不允许：{reason}。可上传 PDF、OFD、Word、Excel、PowerPoint、图片(PNG/JPEG)、文本和 ZIP',
    en: "'{name}' may not be uploaded: {reason}. Allowed: PDF, OFD, Word, Excel, PowerPoint, PNG/JPEG, text and ZIP",
  },
  'file.size': { status: 413, zh: '文件“{name}”超过 {mb} MB', en: "'{name}' is larger than {mb} MB" },
  'file.count': { status: 422, zh: '一次最多上传 {count} 个文件', en: 'At most {count} files at once' },
  'file.damaged': {
    status: 500,
    zh: '附件“{name}”的内容与登记的 SM3 摘要不符，可能已被破坏，请联系系统管理员',
    en: "'{name}' does not match its recorded SM3 hash; it may be damaged. Tell the system administrator",
  },
  'statutory.not_required': {
    status: 409,
    zh: '事件等级为“{grade}”，不在国家规定的报告范围内（较大及以上须报告）',
    en: "The grade is '{grade}'; the national rule asks for a report from 'major' on",
  },
  'statutory.incomplete': {
    status: 422,
    zh: '{stage}缺少必填内容：{items}',
    en: '{stage} lacks: {items}',
  },
  'statutory.order': {
    status: 409,
    zh: '请先提交初报',
    en: 'Submit the initial report first',
  },
});
