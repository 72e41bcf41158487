import type { Fields } from '../types.ts';
import { copy, present, put, putAccount, putEvent, putFile, putPeer, putProcess, type Data } from './put.ts';

/** System: services (7045 …), log cleared (104), start and stop of the machine. */
export function readSystem(fields: Fields, code: string, provider: string, data: Data): void {
  switch (code) {
    case '7045':
      putEvent(fields, 'service-installed', ['configuration'], ['creation'], 'success');
      copy(fields, 'service.name', data, 'ServiceName');
      copy(fields, 'process.command_line', data, 'ImagePath');
      return putAccount(fields, 'user', data.get('AccountName'));
    case '7036':
    case '7040':
      putEvent(
        fields,
        code === '7036' ? 'service-state-changed' : 'service-start-type-changed',
        ['configuration'],
        ['change'],
      );
      return copy(fields, 'service.name', data, 'param1');
    case '7023':
    case '7034':
      putEvent(fields, 'service-crashed', ['process'], ['end'], 'failure');
      return copy(fields, 'service.name', data, 'param1');
    case '104':
      if (provider !== '' && provider !== 'Microsoft-Windows-Eventlog') return;
      putEvent(fields, 'audit-log-cleared', ['iam'], ['admin', 'change'], 'success');
      copy(fields, 'user.name', data, 'SubjectUserName');
      return copy(fields, 'user.domain', data, 'SubjectDomainName');
    case '1074':
      putEvent(fields, 'system-shutdown', ['host'], ['end']);
      return putAccount(fields, 'user', data.get('param7'));
    case '6005':
      return putEvent(fields, 'event-log-started', ['host'], ['start']);
    case '6006':
      return putEvent(fields, 'event-log-stopped', ['host'], ['end']);
    case '6008':
      return putEvent(fields, 'unexpected-shutdown', ['host'], ['end'], 'failure');
    default:
  }
}

/** PowerShell: 4103 module, 4104 script block, 400/403/600/800 of the classic log. */
export function readPowerShell(fields: Fields, code: string, data: Data): void {
  const sequence = Number(data.get('MessageNumber') ?? Number.NaN);
  const total = Number(data.get('MessageTotal') ?? Number.NaN);
  switch (code) {
    case '4104':
      putEvent(fields, 'script-block-executed', ['process'], ['info']);
      copy(fields, 'powershell.file.script_block_text', data, 'ScriptBlockText');
      copy(fields, 'powershell.file.script_block_id', data, 'ScriptBlockId');
      if (!Number.isNaN(sequence)) put(fields, 'powershell.sequence', sequence);
      if (!Number.isNaN(total)) put(fields, 'powershell.total', total);
      return putFile(fields, data.get('Path'));
    case '4103':
      putEvent(fields, 'module-logged', ['process'], ['info']);
      copy(fields, 'powershell.command.invocation_details', data, 'Payload');
      return readContext(fields, data.get('ContextInfo'));
    case '4105':
    case '4106':
      return putEvent(
        fields,
        code === '4105' ? 'script-block-started' : 'script-block-finished',
        ['process'],
        [code === '4105' ? 'start' : 'end'],
      );
    case '400':
      return putEvent(fields, 'engine-started', ['process'], ['start']);
    case '403':
      return putEvent(fields, 'engine-stopped', ['process'], ['end']);
    case '600':
      return putEvent(fields, 'provider-started', ['process'], ['info']);
    case '800':
      return putEvent(fields, 'pipeline-executed', ['process'], ['info']);
    default:
  }
}

/** ContextInfo: lines of `Name = value`; the names are English on every locale of PowerShell 5 except where translated. */
function readContext(fields: Fields, text: string | undefined): void {
  if (!present(text)) return;
  for (const line of text.split('\n', 40)) {
    const eq = line.indexOf(' = ');
    if (eq < 0) continue;
    const name = line.slice(0, eq).trim();
    const value = line.slice(eq + 3).trim();
    if (value === '') continue;
    if (name === 'User') putAccount(fields, 'user', value);
    else if (name === 'Host Application' || name === 'Host Application ') put(fields, 'process.command_line', value);
    else if (name === 'Command Name') put(fields, 'powershell.command.name', value);
    else if (name === 'Command Type') put(fields, 'powershell.command.type', value);
    else if (name === 'Command Path') put(fields, 'powershell.command.path', value);
    else if (name === 'Script Name') putFile(fields, value);
  }
}

const defenderActions: Readonly<Record<string, string>> = {
  '1006': 'malware-found',
  '1007': 'malware-action-taken',
  '1008': 'malware-action-failed',
  '1009': 'quarantine-restored',
  '1015': 'suspicious-behavior-detected',
  '1116': 'malware-detected',
  '1117': 'malware-action-taken',
  '1118': 'malware-action-failed',
  '1119': 'malware-action-failed',
};

/** Microsoft Defender Antivirus. */
export function readDefender(fields: Fields, code: string, data: Data): void {
  const action = defenderActions[code];
  if (action !== undefined) {
    putEvent(fields, action, ['malware'], ['info'], action.endsWith('failed') ? 'failure' : 'success');
    put(fields, 'event.kind', 'alert');
    copy(fields, 'rule.name', data, 'ThreatName');
    copy(fields, 'rule.id', data, 'ThreatID');
    copy(fields, 'rule.category', data, 'CategoryName');
    copy(fields, 'windows.defender.severity', data, 'SeverityName');
    copy(fields, 'windows.defender.action', data, 'ActionName');
    // "file:_C:\Users\a\x.exe; process:_pid:…"
    const path = data.get('Path');
    const first = path?.split(';', 1)[0] ?? '';
    const mark = first.indexOf(':_');
    if (present(path)) putFile(fields, first.startsWith('file') && mark > 0 ? first.slice(mark + 2) : first);
    putProcess(fields, 'process', data.get('ProcessName') === 'Unknown' ? undefined : data.get('ProcessName'));
    putAccount(fields, 'user', data.get('DetectionUser') ?? data.get('User'));
  } else if (code === '5001' || code === '5010' || code === '5012')
    putEvent(fields, 'protection-disabled', ['configuration'], ['change']);
  else if (code === '5007' || code === '5004')
    putEvent(fields, 'protection-configuration-changed', ['configuration'], ['change']);
}

/** Remote Desktop: 1149 of RemoteConnectionManager; 21, 23, 24, 25 of LocalSessionManager. */
export function readTerminalServices(fields: Fields, code: string, data: Data): void {
  if (code === '1149') {
    putEvent(fields, 'remote-desktop-authenticated', ['authentication', 'session'], ['start'], 'success');
    copy(fields, 'user.name', data, 'Param1');
    copy(fields, 'user.domain', data, 'Param2');
    return putPeer(fields, 'source', data.get('Param3'));
  }
  const starts = code === '21' || code === '22' || code === '25';
  if (starts || code === '23' || code === '24')
    putEvent(
      fields,
      starts ? 'remote-desktop-session-started' : 'remote-desktop-session-ended',
      ['session'],
      [starts ? 'start' : 'end'],
      'success',
    );
  putAccount(fields, 'user', data.get('User'));
  putPeer(fields, 'source', data.get('Address'));
}

/** Task Scheduler operational log. */
export function readTaskScheduler(fields: Fields, code: string, data: Data): void {
  if (code === '106') putEvent(fields, 'scheduled-task-created', ['configuration'], ['creation'], 'success');
  else if (code === '140') putEvent(fields, 'scheduled-task-updated', ['configuration'], ['change'], 'success');
  else if (code === '141') putEvent(fields, 'scheduled-task-deleted', ['configuration'], ['deletion'], 'success');
  else if (code === '200' || code === '129') putEvent(fields, 'scheduled-task-started', ['process'], ['start']);
  else if (code === '201') putEvent(fields, 'scheduled-task-completed', ['process'], ['end']);
  putAccount(fields, 'user', data.get('UserContext') ?? data.get('UserName'));
  copy(fields, 'process.command_line', data, 'ActionName');
}
