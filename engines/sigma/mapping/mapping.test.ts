import { describe, expect, test } from 'vitest';
import {
  compile,
  ecsMapping,
  ecsRouting,
  explain,
  flatWindowsRouting,
  labelRouting,
  parseRules,
  resolveField,
  routesOf,
  withDatasetRoutes,
  type CompileOptions,
  type FieldMapping,
  type SigmaEvent,
} from '../index.ts';

function ids(
  options: CompileOptions,
  logsource: Record<string, string>,
  item: Record<string, unknown>,
  event: SigmaEvent,
): number {
  const { rules } = parseRules([
    { file: 'x', document: { title: 'x', logsource, detection: { sel: item, condition: 'sel' } } },
  ]);
  const { engine } = compile(rules, options);
  const found = engine.match(event).length;
  expect(explain(event, rules[0]!, options).matched).toBe(found === 1);
  return found;
}

describe('resolveField()', () => {
  const mapping: FieldMapping = {
    name: 'test',
    dotted: 'keep',
    scopes: [
      { fields: { A: 'all.a', B: 'all.b' } },
      { product: 'p', fields: { A: ['p.a', 'p.a2'] }, fallback: 'p.{field}' },
      { product: 'p', service: 's', fields: { B: 'ps.b' } },
    ],
  };
  test.each([
    [{ product: 'q' }, 'A', ['all.a']],
    [{ product: 'p' }, 'A', ['p.a', 'p.a2']],
    [{ product: 'p' }, 'B', ['all.b']],
    [{ product: 'p', service: 's' }, 'B', ['ps.b']],
    [{ product: 'p', service: 's' }, 'Z', ['p.Z']],
    [{ product: 'q' }, 'Z', ['Z']],
    [{ product: 'p' }, 'already.dotted', ['already.dotted']],
    [{ product: 'p' }, 'constructor', ['p.constructor']],
  ])('of %j, %s: %j', (logsource, field, expected) => {
    expect(resolveField(mapping, logsource, field)).toEqual(expected);
  });

  test('without a mapping a field is its own key', () => {
    expect(resolveField(undefined, { product: 'p' }, 'A.b')).toEqual(['A.b']);
  });
});

describe('several keys of one field', () => {
  const mapping: FieldMapping = { name: 'test', dotted: 'keep', scopes: [{ fields: { F: ['first', 'second'] } }] };
  test.each<[SigmaEvent, number]>([
    [{ first: 'x' }, 1],
    [{ second: 'x' }, 1],
    [{ first: 'x', second: 'y' }, 1],
    [{ first: 'y', second: 'x' }, 0],
    [{ second: 'x', first: 'y' }, 0],
    [{}, 0],
  ])('%j matches %d times: the first key that is there counts', (event, expected) => {
    expect(ids({ mapping }, { product: 'p' }, { F: 'x' }, event)).toBe(expected);
    expect(ids({ mapping }, { product: 'p' }, { 'F|contains': ['x', 'z'] }, event)).toBe(expected);
  });
});

describe('ecsMapping', () => {
  test.each([
    [{ product: 'windows' }, 'EventID', 'event.code'],
    [{ product: 'windows' }, 'Channel', 'winlog.channel'],
    [{ product: 'windows' }, 'Provider_Name', 'winlog.provider_name'],
    [{ product: 'windows', category: 'process_creation' }, 'Image', 'process.executable'],
    [{ product: 'windows', category: 'process_creation' }, 'CommandLine', 'process.command_line'],
    [{ product: 'windows' }, 'ServiceFileName', 'winlog.event_data.ServiceFileName'],
    [{ category: 'webserver' }, 'cs-method', 'http.request.method'],
    [{ category: 'webserver' }, 'c-uri', 'url.original'],
    [{ category: 'webserver' }, 'cs-uri-query', 'url.query'],
    [{ category: 'webserver' }, 'c-ip', 'source.ip'],
    [{ category: 'webserver' }, 'sc-status', 'http.response.status_code'],
    [{ category: 'webserver' }, 'cs-user-agent', 'user_agent.original'],
    [{ category: 'proxy' }, 'c-useragent', 'user_agent.original'],
    [{ category: 'firewall' }, 'src_ip', 'source.ip'],
    [{ category: 'firewall' }, 'dst_port', 'destination.port'],
    [{ category: 'dns' }, 'query', 'dns.question.name'],
    [{ product: 'linux', category: 'process_creation' }, 'Image', 'process.executable'],
    [{ product: 'linux', service: 'auditd' }, 'a0', 'auditd.log.a0'],
    [{ product: 'his' }, 'event.action', 'event.action'],
  ])('%j %s is %s', (logsource, field, key) => {
    expect(resolveField(ecsMapping, logsource, field)).toContain(key);
  });
});

describe('routing', () => {
  const sysmon = 'Microsoft-Windows-Sysmon/Operational';
  test('routesOf() finds both sources of Windows process creation', () => {
    const routes = routesOf(flatWindowsRouting, { product: 'windows', category: 'process_creation' });
    expect(routes.map(({ when }) => when['EventID'])).toEqual([[1], [4688]]);
  });

  test.each<[Record<string, string>, SigmaEvent, number]>([
    [{ product: 'windows', category: 'process_creation' }, { Channel: sysmon, EventID: 1, F: 'x' }, 1],
    [{ product: 'windows', category: 'process_creation' }, { Channel: sysmon, EventID: '1', F: 'x' }, 1],
    [{ product: 'windows', category: 'process_creation' }, { Channel: sysmon.toUpperCase(), EventID: 1, F: 'x' }, 1],
    [{ product: 'windows', category: 'process_creation' }, { Channel: 'Security', EventID: 4688, F: 'x' }, 1],
    [{ product: 'windows', category: 'process_creation' }, { Channel: 'Security', EventID: 1, F: 'x' }, 0],
    [{ product: 'windows', category: 'process_creation' }, { EventID: 1, F: 'x' }, 0],
    [
      { product: 'windows', category: 'registry_add' },
      { Channel: sysmon, EventID: 12, EventType: 'CreateKey', F: 'x' },
      1,
    ],
    [
      { product: 'windows', category: 'registry_add' },
      { Channel: sysmon, EventID: 12, EventType: 'DeleteKey', F: 'x' },
      0,
    ],
    [{ product: 'windows', service: 'security' }, { Channel: 'Security', EventID: 1, F: 'x' }, 1],
    [{ product: 'windows', service: 'security' }, { Channel: 'System', F: 'x' }, 0],
    [{ product: 'windows', service: 'powershell' }, { Channel: 'PowerShellCore/Operational', F: 'x' }, 1],
    [{ product: 'windows' }, { Channel: 'Anything', F: 'x' }, 1],
    [{ product: 'windows' }, { F: 'x' }, 0],
    [{ category: 'process_creation' }, { Channel: sysmon, EventID: 1, F: 'x' }, 1],
  ])('flatWindowsRouting: %j on %j: %d', (logsource, event, expected) => {
    expect(ids({ routing: flatWindowsRouting }, logsource, { F: 'x' }, event)).toBe(expected);
  });

  test('a route may name fields differently, beside a route that does not', () => {
    const rule = { product: 'windows', category: 'process_creation' };
    const item = { 'Image|endswith': '\\a.exe' };
    expect(
      ids({ routing: flatWindowsRouting }, rule, item, {
        Channel: 'Security',
        EventID: 4688,
        NewProcessName: 'C:\\a.exe',
      }),
    ).toBe(1);
    expect(ids({ routing: flatWindowsRouting }, rule, item, { Channel: sysmon, EventID: 1, Image: 'C:\\a.exe' })).toBe(
      1,
    );
    expect(
      ids({ routing: flatWindowsRouting }, rule, item, { Channel: sysmon, EventID: 1, NewProcessName: 'C:\\a.exe' }),
    ).toBe(0);
  });

  test('a rule whose log source has no route is listed, not run', () => {
    const { rules } = parseRules([
      {
        file: 'x.yml',
        document: { title: 'x', id: 'r', logsource: { product: 'okta' }, detection: { s: { A: 1 }, condition: 's' } },
      },
    ]);
    const { engine, issues } = compile(rules, { routing: flatWindowsRouting });
    expect(engine.size).toBe(0);
    expect(issues).toMatchObject([{ code: 'routing.none', file: 'x.yml', ruleId: 'r', severity: 'error' }]);
    expect(
      compile(rules, { routing: { ...flatWindowsRouting, unrouted: 'always' } }).engine.match({ A: 1 }),
    ).toHaveLength(1);
  });

  test.each<[Record<string, string>, SigmaEvent, number]>([
    [{ product: 'cisco', service: 'aaa' }, { product: 'cisco', service: 'aaa', F: 'x' }, 1],
    [{ product: 'cisco', service: 'aaa' }, { product: 'cisco', service: 'bgp', F: 'x' }, 0],
    [{ product: 'cisco' }, { product: 'Cisco', service: 'bgp', F: 'x' }, 1],
    [{ category: 'webserver' }, { product: 'cisco', F: 'x' }, 1],
    [{ category: 'webserver' }, { category: 'proxy', F: 'x' }, 0],
    [{ product: 'windows' }, { F: 'x' }, 1],
  ])('labelRouting: %j on %j: %d', (logsource, event, expected) => {
    expect(ids({ routing: labelRouting }, logsource, { F: 'x' }, event)).toBe(expected);
  });

  test.each<[Record<string, string>, SigmaEvent, number]>([
    [{ product: 'windows', category: 'process_creation' }, { 'winlog.channel': sysmon, 'event.code': '1' }, 1],
    [{ product: 'windows', service: 'dns-server' }, { 'winlog.channel': 'DNS Server' }, 1],
    [{ product: 'linux', service: 'sshd' }, { 'event.dataset': 'linux.auth' }, 1],
    [{ product: 'linux', service: 'sshd' }, { 'event.dataset': 'nginx.access' }, 0],
    [{ category: 'webserver' }, { 'event.dataset': 'nginx.access' }, 1],
    [{ category: 'firewall' }, { 'event.dataset': 'fortinet.fortigate' }, 1],
    [{ category: 'firewall' }, { 'event.dataset': 'linux.netfilter' }, 1],
    [{ product: 'linux' }, { 'event.dataset': 'linux.syslog' }, 1],
    [{ category: 'database' }, { 'event.dataset': 'postgresql.log' }, 1],
  ])('ecsRouting: %j on %j: %d', (logsource, event, expected) => {
    expect(
      ids({ mapping: ecsMapping, routing: ecsRouting }, logsource, { 'my.field': 'x' }, { ...event, 'my.field': 'x' }),
    ).toBe(expected);
  });

  test('withDatasetRoutes() serves log sources of our own by the name of their data set', () => {
    const routing = withDatasetRoutes(ecsRouting, [
      { logsource: { product: 'his', service: 'audit' } },
      { logsource: { product: 'pacs' } },
      { logsource: { category: 'registration' } },
      { logsource: { category: 'webserver' } },
    ]);
    expect(routing.routes.slice(ecsRouting.routes.length).map(({ when }) => when['event.dataset'])).toEqual([
      ['his.audit', 'his.audit.*'],
      ['pacs.*'],
      ['registration', 'registration.*'],
    ]);
    expect(ids({ routing }, { product: 'pacs' }, { a: 'x' }, { 'event.dataset': 'pacs.dicom', a: 'x' })).toBe(1);
  });
});
