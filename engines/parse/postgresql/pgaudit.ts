import { splitCsv } from '../scan/csv.ts';
import { toInteger } from '../scan/text.ts';
import type { Fields } from '../types.ts';

const types: Readonly<Record<string, readonly string[]>> = {
  READ: ['access'],
  WRITE: ['change'],
  DDL: ['change'],
  ROLE: ['admin', 'change'],
  FUNCTION: ['access'],
  MISC: ['info'],
  MISC_SET: ['info'],
};

/** `SESSION,1,1,READ,SELECT,TABLE,public.patient,"select * from patient",<not logged>[,rows]` (pgaudit README, "Format"). */
export function readPgaudit(fields: Fields, text: string): void {
  const [
    kind = '',
    statement = '',
    sub = '',
    type = '',
    command = '',
    objectType = '',
    objectName = '',
    query = '',
    parameter = '',
    rows = '',
  ] = splitCsv(text);
  fields['event.action'] = command.toLowerCase().replaceAll(' ', '-');
  fields['event.type'] = types[type] ?? ['info'];
  if (type === 'ROLE') fields['event.category'] = ['database', 'iam'];
  const put = (key: string, value: string): void => {
    if (value !== '' && value !== '<not logged>' && value !== '<none>') fields[`postgresql.audit.${key}`] = value;
  };
  put('type', kind);
  put('statement_id', statement);
  put('substatement_id', sub);
  put('class', type);
  put('command', command);
  put('object_type', objectType);
  put('object_name', objectName);
  put('parameter', parameter);
  if (query !== '') fields['postgresql.log.query'] = query;
  const count = toInteger(rows);
  if (count !== undefined) fields['postgresql.audit.rows'] = count;
}
