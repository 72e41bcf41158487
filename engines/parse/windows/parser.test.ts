import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { windows } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(windows, samples);

const security = (code: number, data: Record<string, unknown>): Record<string, unknown> => ({
  EventID: code,
  Channel: 'Security',
  Computer: 'dc1',
  Provider_Name: 'Microsoft-Windows-Security-Auditing',
  ...data,
});

describe('windows', () => {
  it('reads the same event alike from flat JSON, Winlogbeat, EVTX JSON and XML', () => {
    const data = {
      TargetUserName: 'admin',
      TargetDomainName: 'HOSP',
      IpAddress: '203.0.113.9',
      IpPort: '4022',
      LogonType: '3',
      SubStatus: '0xC000006A',
      Status: '0xC000006D',
    };
    const xml = `<Event><System><Provider Name="Microsoft-Windows-Security-Auditing"/><EventID>4625</EventID><Channel>Security</Channel><Computer>dc1</Computer></System><EventData>${Object.entries(
      data,
    )
      .map(([name, value]) => `<Data Name="${name}">${value}</Data>`)
      .join('')}</EventData></Event>`;
    const shapes = [
      fieldsOf(security(4625, data)),
      fieldsOf({
        winlog: {
          channel: 'Security',
          event_id: 4625,
          provider_name: 'Microsoft-Windows-Security-Auditing',
          computer_name: 'dc1',
          event_data: data,
        },
      }),
      fieldsOf({
        Event: {
          System: {
            Provider: { Name: 'Microsoft-Windows-Security-Auditing' },
            EventID: { '#text': 4625 },
            Channel: 'Security',
            Computer: 'dc1',
          },
          EventData: data,
        },
      }),
      fieldsOf(xml),
    ].map(({ 'event.original': _original, ...fields }) => fields);
    expect(shapes[0]?.['source.ip']).toBe('203.0.113.9');
    for (const shape of shapes.slice(1)) expect(shape).toEqual(shapes[0]);
  });

  it.each([
    [4624, 'success'],
    [4625, 'failure'],
    [4771, 'failure'],
    [1102, 'success'],
  ])('gives %i the outcome %s', (code, outcome) => {
    expect(fieldsOf(security(code, {}))['event.outcome']).toBe(outcome);
  });

  it('reads the audit outcome from Keywords where the id does not say it', () => {
    expect(fieldsOf(security(4673, { Keywords: '0x8010000000000000' }))['event.outcome']).toBe('failure');
    expect(fieldsOf(security(4673, { Keywords: '0x8020000000000000' }))['event.outcome']).toBe('success');
    expect(fieldsOf(security(4673, { Keywords: 'zzz' }))['event.outcome']).toBeUndefined();
  });

  it('names event data without spaces and keeps all of it', () => {
    const fields = fieldsOf({
      EventID: 1117,
      Channel: 'Microsoft-Windows-Windows Defender/Operational',
      'Threat Name': 'X',
      Unheard: 1,
    });
    expect(fields['winlog.event_data.ThreatName']).toBe('X');
    expect(fields['winlog.event_data.Unheard']).toBe('1');
  });

  it('keeps ECS fields the shipper has already filled', () => {
    const fields = fieldsOf({
      winlog: { channel: 'Security', event_id: '4624', event_data: { TargetUserName: 'a' } },
      user: { name: 'shipped' },
      event: { category: ['authentication'], action: 'logged-in' },
    });
    expect(fields['user.name']).toBe('shipped');
  });

  it('decodes XML entities and stops at broken XML', () => {
    const xml =
      '<Event><System><Provider Name="a"/><EventID>1</EventID><Channel>Application</Channel></System><EventData><Data Name="x">a &amp; &#x4e2d;</Data><Data Name="y">cut';
    const fields = fieldsOf(xml);
    expect(fields['winlog.event_data.x']).toBe('a & 中');
    expect(fields['winlog.event_data.y']).toBeUndefined();
  });

  it('calls channels it has no rows for windows.eventlog', () => {
    expect(parseWith({ EventID: 7, Channel: 'Some/Channel' }).dataset).toBe('windows.eventlog');
  });
});
