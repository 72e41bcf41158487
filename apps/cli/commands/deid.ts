import type { Register } from '../command.ts';
import { registerDeidAnonymize } from './deid/anonymize.ts';
import { registerDeidDicom } from './deid/dicom.ts';
import { registerDeidFhir } from './deid/fhir.ts';
import { registerDeidHl7 } from './deid/hl7.ts';
import { registerDeidRisk } from './deid/risk.ts';
import { registerDeidTable } from './deid/table.ts';
import { registerDeidText } from './deid/text.ts';

/** The verbs of de-identification, one file each in `deid/`. */
export const registerDeid: Register = (program) => {
  const group = program.command('deid').description('健康数据去标识化 / de-identify health data');
  registerDeidText(group);
  registerDeidRisk(group);
  registerDeidAnonymize(group);
  registerDeidTable(group);
  registerDeidFhir(group);
  registerDeidHl7(group);
  registerDeidDicom(group);
};
