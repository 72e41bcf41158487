import { registerErrors } from '@xinglin/platform/kernel';

export const cliErrors = registerErrors({
  'cli.no_file': { status: 400, zh: '找不到文件 {file}', en: 'No file {file}' },
  'cli.bad_option': {
    status: 400,
    zh: '选项 {option} 的值 {value} 无效：{expected}',
    en: 'The value {value} of {option} is not valid: {expected}',
  },
  'cli.no_token': {
    status: 400,
    zh: '缺少数据源令牌：用 --token 或环境变量 XINGLIN_TOKEN 提供（控制台“数据源”页可创建）',
    en: 'A source token is needed: give --token or XINGLIN_TOKEN (made on the sources page of the console)',
  },
  'cli.server_refused': {
    status: 503,
    zh: '服务器 {url} 拒绝了请求：{reason}',
    en: 'The server {url} refused: {reason}',
  },
  'cli.server_away': {
    status: 503,
    zh: '无法连接服务器 {url}:{reason}',
    en: 'The server {url} cannot be reached: {reason}',
  },
  'cli.no_user': { status: 404, zh: '没有账号 {username}', en: 'No account {username}' },
  'cli.no_rules': { status: 400, zh: '{path} 中没有可用的规则', en: 'There is no rule to run in {path}' },
  'cli.no_events': {
    status: 400,
    zh: '{file} 中没有一行是 JSON 事件；原始日志请加 --parse',
    en: 'No line of {file} is a JSON event; for raw logs add --parse',
  },
  'cli.no_rule': { status: 404, zh: '{path} 中没有规则 {rule}', en: 'There is no rule {rule} in {path}' },
  'cli.no_rule_tests': {
    status: 400,
    zh: '{path} 的规则旁没有 .tests.yml',
    en: 'There is no .tests.yml beside the rules of {path}',
  },
  'cli.no_licence': {
    status: 400,
    zh: '来源没有写明许可证；确认后用 --licence 给出（SPDX，如 MIT）',
    en: 'The source names no licence; when you know it, give it by --licence (SPDX, such as MIT)',
  },
  'cli.no_key': {
    status: 400,
    zh: '缺少 API 密钥：用 --key 或环境变量 XINGLIN_API_KEY 提供（控制台“API 密钥”页可创建）',
    en: 'An API key is needed: give --key or XINGLIN_API_KEY (made on the keys page of the console)',
  },
  'cli.rules_broken': { status: 422, zh: '{count} 条规则不能运行', en: '{count} rules cannot run' },
});
