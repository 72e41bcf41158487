import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { dicom } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(dicom, samples);

describe('dicom', () => {
  it('reads who called whom from either arrow of dcm4che', () => {
    const line = (ends: string): string =>
      `2026-11-22 10:11:12,123 INFO  [org.dcm4che3.net.Association] (t) ${ends}(1) >> A-ASSOCIATE-RQ`;
    const titles = { 'dicom.calling_ae_title': 'CT01', 'dicom.called_ae_title': 'PACS01' };
    expect(fieldsOf(line('PACS01<-CT01'))).toMatchObject(titles);
    expect(fieldsOf(line('CT01->PACS01'))).toMatchObject(titles);
  });

  it('takes warnings and pending for success, failures for failure', () => {
    const line = (status: string): string =>
      `2026-11-22 10:11:12,123 INFO  [org.dcm4che3.net.Association] (t) A<-B(1) << 1:C-STORE-RSP[pcid=1, status=${status}H]`;
    expect(fieldsOf(line('FF00'))['event.outcome']).toBe('success');
    expect(fieldsOf(line('A700'))).toMatchObject({ 'event.outcome': 'failure', 'dicom.status': 'A700' });
  });

  it('does not take any line with a level letter for a storescp', () => {
    expect(parseWith('I: hello').dataset).not.toBe('dicom.dcmtk');
  });
});
