import { isIp, putAddress } from '../scan/address.ts';
import { toInteger } from '../scan/text.ts';
import type { Fields } from '../types.ts';

/** An AE title is 1–16 characters of the default repertoire (PS3.5, VR AE); these are the ones people use. */
const peers: readonly RegExp[] = [
  // Orthanc: "Association Received from AET CT01 on IP 10.20.1.15"
  /from AET (?<calling>[\w .-]{1,16}?) on IP (?<ip>[0-9a-fA-F.:]{3,45})/,
  // DCMTK dcmqrscp: "Association Received (10.20.1.15:CT01 -> PACS01) Sun Nov 22 …"
  /\((?<ip>[0-9a-fA-F.:]{3,45}|[\w.-]{1,64}):(?<calling>[\w.-]{1,16}) -> (?<called>[\w.-]{1,16})\)/,
  // Orthanc client: "Association request to AET "PACS" on host 10.20.0.8:104"
  /to AET "?(?<called>[\w .-]{1,16}?)"? on host (?<dest>[\w.:-]{1,64}?):(?<port>\d{1,5})/,
  // dcm4che: "Accept connection Socket[addr=/10.20.1.15,port=51000,localport=11112]"
  /\[addr=[^/]{0,64}\/(?<ip>[0-9a-fA-F.:]{3,45}),port=(?<sport>\d{1,5}),/,
];

interface Word {
  readonly mark: string;
  readonly action: string;
  readonly type: readonly string[];
  readonly outcome?: 'success' | 'failure';
}

const words: readonly Word[] = [
  { mark: 'A-ASSOCIATE-RJ', action: 'association-rejected', type: ['connection', 'denied'], outcome: 'failure' },
  { mark: 'Refusing Association', action: 'association-rejected', type: ['connection', 'denied'], outcome: 'failure' },
  { mark: 'Association Rejected', action: 'association-rejected', type: ['connection', 'denied'], outcome: 'failure' },
  { mark: 'not allowed', action: 'operation-refused', type: ['denied'], outcome: 'failure' },
  {
    mark: 'Association Acknowledged',
    action: 'association-accepted',
    type: ['connection', 'allowed'],
    outcome: 'success',
  },
  { mark: 'A-ASSOCIATE-AC', action: 'association-accepted', type: ['connection', 'allowed'], outcome: 'success' },
  { mark: 'Association Received', action: 'association-received', type: ['connection', 'start'] },
  { mark: 'A-ASSOCIATE-RQ', action: 'association-received', type: ['connection', 'start'] },
  { mark: 'Accept connection', action: 'connection-accepted', type: ['connection', 'start'] },
  { mark: 'Requesting Association', action: 'association-requested', type: ['connection', 'start'] },
  { mark: 'Association request', action: 'association-requested', type: ['connection', 'start'] },
  { mark: 'Association Release', action: 'association-released', type: ['connection', 'end'], outcome: 'success' },
  { mark: 'A-RELEASE-', action: 'association-released', type: ['connection', 'end'], outcome: 'success' },
  { mark: 'Association Abort', action: 'association-aborted', type: ['connection', 'end'], outcome: 'failure' },
  { mark: 'A-ABORT', action: 'association-aborted', type: ['connection', 'end'], outcome: 'failure' },
  { mark: 'C-STORE', action: 'dicom-store', type: ['creation'] },
  { mark: 'Store Request', action: 'dicom-store', type: ['creation'] },
  { mark: 'C-FIND', action: 'dicom-find', type: ['access'] },
  { mark: 'Find Request', action: 'dicom-find', type: ['access'] },
  { mark: 'C-MOVE', action: 'dicom-move', type: ['access'] },
  { mark: 'Move Request', action: 'dicom-move', type: ['access'] },
  { mark: 'C-GET', action: 'dicom-get', type: ['access'] },
  { mark: 'C-ECHO', action: 'dicom-echo', type: ['info'] },
  { mark: 'Echo Request', action: 'dicom-echo', type: ['info'] },
];

/** The part of a line that the three archives have in common: what was done, by whom, from where. */
export function readMessage(fields: Fields, message: string): void {
  fields['message'] = message;
  const head = message.slice(0, 400);
  const word = words.find(({ mark }) => head.indexOf(mark) >= 0);
  if (word !== undefined) {
    fields['event.action'] = word.action;
    fields['event.type'] = word.type;
    if (word.outcome !== undefined) fields['event.outcome'] = word.outcome;
    if (word.action.startsWith('dicom-') && word.action !== 'dicom-echo')
      fields['event.category'] = ['network', 'database'];
  }
  for (const expression of peers) {
    const groups = expression.exec(head)?.groups;
    if (groups !== undefined) putPeers(fields, groups);
  }
  const status = /status=(?<status>[0-9a-fA-F]{1,4})H/.exec(head)?.groups?.['status'];
  if (status !== undefined) {
    fields['dicom.status'] = status.toUpperCase().padStart(4, '0');
    fields['event.outcome'] = /^0+$/.test(status) || status.toUpperCase().startsWith('FF') ? 'success' : 'failure';
  }
}

function putPeers(fields: Fields, groups: Readonly<Record<string, string | undefined>>): void {
  const calling = groups['calling']?.trim();
  const called = groups['called']?.trim();
  if (calling !== undefined && calling !== '') fields['dicom.calling_ae_title'] = calling;
  if (called !== undefined && called !== '') fields['dicom.called_ae_title'] = called;
  const ip = groups['ip'];
  if (ip !== undefined && (isIp(ip) || /[a-z]/i.test(ip)))
    putAddress(fields, 'source', ip, groups['sport'] === undefined ? undefined : toInteger(groups['sport']));
  const dest = groups['dest'];
  if (dest !== undefined) putAddress(fields, 'destination', dest, toInteger(groups['port'] ?? ''));
}
