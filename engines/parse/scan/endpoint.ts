import type { Fields, ParseContext } from '../types.ts';
import { isIp } from './address.ts';
import { putDevice } from './device.ts';

/** Members of endpoint protection logs that name the protected computer, whatever the vendor; lower case, without `_`. */
const columns: Readonly<Record<string, string>> = {
  终端名称: 'host.name',
  终端名: 'host.name',
  计算机名: 'host.name',
  计算机名称: 'host.name',
  主机名称: 'host.name',
  clientname: 'host.name',
  computername: 'host.name',
  endpointname: 'host.name',
  终端ip: 'host.ip',
  主机ip: 'host.ip',
  计算机ip: 'host.ip',
  clientip: 'host.ip',
  computerip: 'host.ip',
  endpointip: 'host.ip',
  reportip: 'host.ip',
  终端mac: 'host.mac',
  clientmac: 'host.mac',
  操作系统: 'host.os.full',
  clientos: 'host.os.full',
  osname: 'host.os.full',
  终端分组: 'group.name',
  所属分组: 'group.name',
  部门: 'group.name',
  进程名: 'process.name',
  进程名称: 'process.name',
  processname: 'process.name',
  进程路径: 'process.executable',
  processpath: 'process.executable',
  父进程: 'process.parent.name',
  外设名称: 'device.model.name',
  设备类型: 'device.type',
};

const malware = /病毒|木马|勒索|蠕虫|恶意|virus|trojan|malware|ransom|spyware/i;

/**
 * Writes the members of an endpoint protection log: first what names the computer, the rest as `putDevice` reads it. Malware is an alert.
 * @example
 * ```ts
 * import { putEndpoint } from './endpoint.ts';
 * const fields = {};
 * putEndpoint(fields, new Map([['终端IP', '10.0.0.9'], ['病毒名称', 'Worm.X'], ['处理结果', '隔离成功']]), 'acme.', { receivedAt: 0 });
 * // host.ip '10.0.0.9', rule.name 'Worm.X', event.category ['malware', 'host']
 * ```
 */
export function putEndpoint(
  fields: Fields,
  pairs: ReadonlyMap<string, string>,
  prefix: string,
  ctx: ParseContext,
): void {
  const rest = new Map<string, string>();
  for (const [key, value] of pairs) {
    const text = value.trim();
    const name = columns[key.toLowerCase().replaceAll('_', '')];
    if (name === undefined || text === '' || text === '-' || (name === 'host.ip' && !isIp(text))) rest.set(key, value);
    else if (fields[name] === undefined)
      fields[name] = name === 'host.mac' ? text.replaceAll(':', '-').toUpperCase() : text;
    else fields[prefix + key] = text;
  }
  putDevice(fields, rest, prefix, ctx);
  const ip = fields['host.ip'];
  if (typeof ip === 'string' && fields['source.ip'] === undefined) {
    fields['source.ip'] = ip;
    fields['source.address'] = ip;
  }
  const type = String(fields[`${prefix}type`] ?? '');
  const rule = fields['rule.name'];
  const alert = fields['event.kind'] === 'alert';
  const names = [...pairs.keys()].join(' ');
  if (malware.test(type) || malware.test(names) || (typeof rule === 'string' && malware.test(rule))) {
    fields['event.kind'] = 'alert';
    fields['event.category'] = ['malware', 'host'];
  } else if (fields['destination.ip'] === undefined)
    fields['event.category'] = alert ? ['intrusion_detection', 'host'] : ['host'];
  putResult(fields);
  const said = typeof rule === 'string' ? rule : type;
  if (fields['message'] === undefined && said !== '') fields['message'] = said;
}

/** `隔离成功`, `清除失败`, `已阻止`: what the product did about it, and whether it could. */
function putResult(fields: Fields): void {
  const action = fields['event.action'];
  if (typeof action !== 'string' || fields['event.outcome'] !== undefined) return;
  if (action.includes('失败') || action.includes('fail')) fields['event.outcome'] = 'failure';
  else if (/成功|已|隔离|清除|删除|阻止|quarantin|clean|delet|block/.test(action)) fields['event.outcome'] = 'success';
}
