import { expect, test } from 'vitest';
import { parseMetrics, sumOf, valueOf } from './metrics.ts';

const TEXT = `# HELP xinglin_alerts_opened_total Alerts opened
# TYPE xinglin_alerts_opened_total counter
xinglin_alerts_opened_total{kind="rule"} 30
xinglin_alerts_opened_total{kind="intel",level="a \\"b\\""} 3

# HELP xinglin_process_resident_memory_bytes Resident memory size in bytes.
# TYPE xinglin_process_resident_memory_bytes gauge
xinglin_process_resident_memory_bytes 1.5e+8
broken line
`;

test('parseMetrics() reads help, type, labels and values', () => {
  const metrics = parseMetrics(TEXT);
  const opened = metrics.families.get('xinglin_alerts_opened_total');
  expect(opened).toMatchObject({ help: 'Alerts opened', type: 'counter' });
  expect(opened?.samples.map((sample) => sample.value)).toEqual([30, 3]);
  expect(opened?.samples[0]?.labels).toBe('kind=rule');
});

test('valueOf() and sumOf() read one value and the whole', () => {
  const metrics = parseMetrics(TEXT);
  expect(valueOf(metrics, 'xinglin_process_resident_memory_bytes')).toBe(150_000_000);
  expect(valueOf(metrics, 'absent')).toBeUndefined();
  const opened = metrics.families.get('xinglin_alerts_opened_total');
  expect(opened === undefined ? 0 : sumOf(opened)).toBe(33);
});
