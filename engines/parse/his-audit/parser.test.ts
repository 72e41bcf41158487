import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { hisAudit } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(hisAudit, samples);

describe('his.audit', () => {
  it.each([
    ['查询', 'query'],
    ['批量导出', 'export'],
    ['Download', 'export'],
    ['打印处方', 'print'],
    ['作废', 'delete'],
    ['登录失败', 'login'],
  ])('reads the action %s as %s', (written, action) => {
    const fields = fieldsOf({ 操作员: '张三', 科室: '药剂科', 操作: written, 功能: '处方' });
    expect(fields['event.action']).toBe(action);
    expect(fields['his.action.original']).toBe(written);
  });

  it('keeps members nobody listed', () => {
    const fields = fieldsOf({ 操作员: '张三', 科室: '药剂科', 操作: '查询', 处方金额: 12.5, 明细: { 药品: ['a'] } });
    expect(fields['his.extra.处方金额']).toBe(12.5);
    expect(fields['his.extra.明细']).toBe('{"药品":["a"]}');
  });

  it('does not take an ordinary application log', () => {
    expect(parseWith({ user: 'a', action: 'click', module: 'x', message: 'hello' }).dataset).toBe('json');
  });

  it('falls back on the verb of the statement', () => {
    expect(fieldsOf({ log_type: 'his_audit', operator: 'a', sql: ' UPDATE fee SET x=1' })['event.action']).toBe(
      'modify',
    );
  });
});
