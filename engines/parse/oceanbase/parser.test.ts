import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { oceanbase } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(oceanbase, samples);

describe('oceanbase', () => {
  it('reads either case of the columns, and keeps an error code', () => {
    const fields = fieldsOf({
      svr_ip: '10.20.0.8',
      tenant_name: 't',
      user_name: 'u',
      query_sql: 'select 1',
      ret_code: -5019,
    });
    expect(fields).toMatchObject({ 'user.name': 'u', 'event.outcome': 'failure', 'oceanbase.return_code': '-5019' });
  });
});
