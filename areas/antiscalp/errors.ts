import { registerErrors } from '@xinglin/platform/kernel';

registerErrors({
  'antiscalp.secret': {
    status: 500,
    zh: '网关主密钥不可用：{reason}。请用 secret 或 secretFile 给出至少 32 字节的随机文本',
    en: 'The gateway secret cannot be used: {reason}. Give at least 32 bytes of random text as secret or secretFile',
  },
  'antiscalp.config': {
    status: 500,
    zh: '网关配置 {file} 有误：{reason}',
    en: 'The gateway configuration {file} is wrong: {reason}',
  },
  'antiscalp.port_taken': {
    status: 500,
    zh: '网关端口 {port} 已被占用，请换一个端口',
    en: 'The gateway port {port} is taken: choose another',
  },
  'antiscalp.tls_unreadable': {
    status: 500,
    zh: '网关证书或私钥无法读取：{reason}',
    en: 'The gateway certificate or key cannot be read: {reason}',
  },
  'antiscalp.code_send': {
    status: 503,
    zh: '验证码暂时发不出去：{reason}',
    en: 'The one-time code cannot be sent for now: {reason}',
  },
  'antiscalp.client_build': {
    status: 500,
    zh: '浏览器脚本无法构建：{reason}',
    en: 'The browser script cannot be built: {reason}',
  },
  'antiscalp.engine': {
    status: 500,
    zh: '规则或模型无法装载：{reason}',
    en: 'Rules or model cannot be loaded: {reason}',
  },
});
