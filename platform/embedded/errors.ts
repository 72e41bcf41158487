import { registerErrors } from '../kernel/errors.ts';

registerErrors({
  'embedded.locked': {
    status: 503,
    zh: '数据目录 {dir} 正被进程 {pid} 使用。请先停止该进程，或换一个数据目录',
    en: 'Data directory {dir} is in use by process {pid}. Stop that process, or choose another data directory',
  },
  'embedded.start_failed': {
    status: 503,
    zh: '内置引擎 {engine} 无法启动：{reason}',
    en: 'The embedded engine {engine} cannot start: {reason}',
  },
});
