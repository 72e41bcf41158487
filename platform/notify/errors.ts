import { registerErrors } from '../kernel/errors.ts';

export const notifyErrors = registerErrors({
  'notify.blocked_address': {
    status: 422,
    zh: '不允许访问内网地址 {host}({address})；确需访问请由系统管理员加入 webhooks.allow',
    en: 'The internal address {host} ({address}) may not be reached; the system administrator can add it to webhooks.allow',
  },
  'notify.bad_url': {
    status: 422,
    zh: '地址 {url} 不可用：{reason}',
    en: 'The address {url} cannot be used: {reason}',
  },
  'notify.rejected': {
    status: 422,
    zh: '对方拒绝了消息：{reason}',
    en: 'The other side refused the message: {reason}',
  },
  'notify.unreachable': { status: 503, zh: '无法送达 {host}:{reason}', en: '{host} cannot be reached: {reason}' },
  'notify.no_mail': { status: 422, zh: '未配置邮件服务器(smtp.host)', en: 'No mail server is configured (smtp.host)' },
  'notify.name_taken': { status: 409, zh: '通道名称 {name} 已存在', en: 'A channel named {name} exists already' },
  'notify.config': { status: 422, zh: '通道缺少 {field}', en: 'The channel lacks {field}' },
});
