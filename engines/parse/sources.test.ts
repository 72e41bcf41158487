import { describe, expect, it } from 'vitest';
import { catalogue, createParser, datasetOfSource, sourceNames } from './index.ts';

const ctx = { receivedAt: Date.UTC(2026, 10, 22, 12) };

describe('datasetOfSource()', () => {
  it.each([
    ['nginx', 'nginx.access'],
    ['nginx-error', 'nginx.error'],
    ['cisco-asa', 'cisco.asa'],
    ['cisco-ftd', 'cisco.asa'],
    ['panw-panos', 'paloalto.panos'],
    ['fortinet-firewall', 'fortinet.fortigate'],
    ['zeek-connection', 'zeek.conn'],
    ['iptables', 'linux.netfilter'],
    ['Orthanc', 'dicom.orthanc'],
    [' cisco/asa ', 'cisco.asa'],
    ['windows-terminal_services', 'windows.terminal_services'],
    ['nobody', undefined],
    ['', undefined],
  ])('%j is %j', (name, dataset) => {
    expect(datasetOfSource(name)).toBe(dataset);
  });

  it('knows every folder and every dataset, with dots and with dashes', () => {
    for (const name of sourceNames()) expect(datasetOfSource(name), name).toBeDefined();
    for (const spec of catalogue)
      for (const dataset of [spec.dataset, ...(spec.datasets ?? [])]) {
        expect(datasetOfSource(dataset)).toBe(dataset);
        expect(datasetOfSource(dataset.replaceAll('.', '-')), dataset).toBeDefined();
      }
  });

  it('answers what the parser takes for a pin', () => {
    for (const name of sourceNames()) {
      const dataset = datasetOfSource(name);
      expect(
        createParser().parse('x', { ...ctx, ...(dataset !== undefined && { dataset }) }).issues ?? [],
      ).not.toContain('dataset.unknown');
    }
  });
});
