import { registerErrors } from '../kernel/errors.ts';

export const accessErrors = registerErrors({
  'access.bad_credentials': { status: 401, zh: '用户名或口令不正确', en: 'The user name or the password is wrong' },
  'access.totp_required': { status: 401, zh: '请输入动态口令', en: 'Enter the code of your authenticator' },
  'access.totp_wrong': { status: 401, zh: '动态口令不正确或已使用', en: 'The code is wrong or was used already' },
  'access.locked': {
    status: 423,
    zh: '登录失败次数过多，请在 {minutes} 分钟后再试',
    en: 'Too many failures; try again in {minutes} minutes',
  },
  'access.busy': {
    status: 503,
    zh: '登录请求过多，请稍后再试',
    en: 'Too many sign-ins at once; try again in a moment',
  },
  'access.csrf': {
    status: 403,
    zh: '请求来源校验失败，请刷新页面后重试',
    en: 'The request did not prove where it came from; reload the page and try again',
  },
  'access.password_change_required': { status: 403, zh: '请先修改口令', en: 'Change your password first' },
  'access.totp_enrol_required': { status: 403, zh: '请先绑定动态口令', en: 'Set up your authenticator first' },
  'access.weak_password': {
    status: 422,
    zh: '口令不符合要求：{reason}',
    en: 'The password is not acceptable: {reason}',
  },
  'access.username_taken': { status: 409, zh: '用户名 {username} 已被使用', en: 'The user name {username} is taken' },
  'access.role_conflict': {
    status: 422,
    zh: '三权分立：{roles} 不能授予同一账号',
    en: 'Separation of powers: {roles} cannot be held by one account',
  },
  'access.own_roles': { status: 403, zh: '不能修改自己的角色或状态', en: 'Nobody changes their own roles or state' },
  'access.power_scope': {
    status: 422,
    zh: '角色 {role} 只能授予平台级账号（机构为空）',
    en: 'The role {role} is only for accounts of the whole platform (no institution)',
  },
  'access.last_power': {
    status: 409,
    zh: '这是最后一个有效的 {role} 账号，不能停用或取消其角色',
    en: 'This is the last active {role} account; it cannot be disabled or lose the role',
  },
  'access.assigned_needed': {
    status: 422,
    zh: '服务商工程师须指定负责的机构',
    en: 'A service engineer needs the institutions they work for',
  },
  'access.out_of_scope': {
    status: 403,
    zh: '机构 {tenant} 不在您的管理范围内',
    en: 'The institution {tenant} is outside your scope',
  },
  'access.permission_not_held': {
    status: 422,
    zh: '密钥不能包含权限 {permission}',
    en: 'A key cannot carry the permission {permission}',
  },
  'access.totp_state': {
    status: 409,
    zh: '动态口令当前状态不允许此操作',
    en: 'The authenticator is not in a state for this',
  },
  'access.oidc_off': { status: 404, zh: '未启用统一身份认证', en: 'OIDC sign-in is not configured' },
  'access.oidc_failed': { status: 401, zh: '统一身份认证失败：{reason}', en: 'OIDC sign-in failed: {reason}' },
  'access.oidc_unknown': {
    status: 403,
    zh: '账号 {username} 尚未在本系统建立，请联系系统管理员',
    en: 'No account {username} here; ask the system administrator to create it',
  },
});
