import type { Register } from '../command.ts';
import { registerAuditSql } from './datasec/audit-sql.ts';
import { registerClassify } from './datasec/classify.ts';
import { registerKeys } from './datasec/keys.ts';

/** `xinglin datasec …`: health-data security on this machine. */
export const registerDatasec: Register = (program) => {
  const group = program.command('datasec').description('健康医疗数据安全 / health-data security');
  for (const register of [registerAuditSql, registerClassify, registerKeys]) register(group);
};
