import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checked, recognise, refang } from './indicator.ts';
import { createNeverMatch } from './never-match.ts';
import { detectFormat, parseFeed } from './parse-feed.ts';
import { readPattern } from './stix-pattern.ts';

const now = new Date('2026-03-02T00:00:00Z');
const pairs = (list: readonly { type: string; value: string }[]): string[] =>
  list.map(({ type, value }) => `${type} ${value}`);

test('recognise() tells the kinds apart, defanged or not', () => {
  const found = [
    '203.0.113.7',
    '203[.]0[.]113[.]7',
    '203.0.113.7:8443',
    '[2001:DB8::1]:443',
    '2001:0db8:0:0::0001',
    '203.0.113.0/24',
    'Evil[.]Example[.]com',
    '*.evil.example',
    'hxxps://evil[.]example/a?b#c',
    'hxxp[://]evil(.)example/x',
    'evil.example/payload.exe',
    'D41D8CD98F00B204E9800998ECF8427F',
    'a'.repeat(39) + 'b',
    'ab'.repeat(32),
    '恶意.中国',
    'tcp://203.0.113.7:4444',
    '203.0.113.9/32',
  ]
    .map((text) => recognise(text))
    .map((item) => item && `${item.type} ${item.value}`);
  expect(found).toEqual([
    'ip 203.0.113.7',
    'ip 203.0.113.7',
    'ip 203.0.113.7',
    'ip 2001:db8::1',
    'ip 2001:db8::1',
    'cidr 203.0.113.0/24',
    'domain evil.example.com',
    'domain evil.example',
    'url https://evil.example/a?b',
    'url http://evil.example/x',
    'url http://evil.example/payload.exe',
    'md5 d41d8cd98f00b204e9800998ecf8427f',
    `sha1 ${'a'.repeat(39)}b`,
    `sha256 ${'ab'.repeat(32)}`,
    'domain xn--5bu4m.xn--fiqs8s',
    'url tcp://203.0.113.7:4444',
    'ip 203.0.113.9',
  ]);
  for (const nothing of ['', 'hello', '999.1.1.1', '203.0.113.0/33', 'a b', '-', '0'.repeat(64), 'http://', 'foo@bar'])
    expect([nothing, recognise(nothing)]).toEqual([nothing, undefined]);
});

test('recognise() is stable: what it gives it recognises as the same', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.domain(),
        fc.webUrl({ withQueryParameters: true }),
        fc.string(),
        fc.mixedCase(fc.constantFrom('ab'.repeat(16), 'cd'.repeat(20))),
      ),
      (text) => {
        const once = recognise(text);
        if (once === undefined) return;
        expect(recognise(once.value)).toEqual(once);
        expect(checked(once.type, once.value)).toEqual(once);
      },
    ),
    { numRuns: 150 },
  );
});

test('refang() leaves ordinary text alone', () => {
  expect(refang('https://example.com/hxxp[1]')).toBe('https://example.com/hxxp[1]');
});

test('parseFeed() reads a plain list with comments and names the lines it cannot read', () => {
  const text =
    '\uFEFF# feed\n203.0.113.7 # botnet\n\n; x\nhxxp://a[.]example/p\n0.0.0.0 ads.example.net\n- b.example.org // note\nnot an indicator\n';
  const { format, indicators, errors } = parseFeed(text, 'auto', now);
  expect(format).toBe('list');
  expect(pairs(indicators)).toEqual([
    'ip 203.0.113.7',
    'url http://a.example/p',
    'domain ads.example.net',
    'domain b.example.org',
  ]);
  expect(indicators.map((item) => item.description)).toEqual(['botnet', '', '', 'note']);
  expect(errors).toEqual([{ place: 'line 8', text: 'not an indicator', reason: 'unrecognised' }]);
});

test('parseFeed() reads a table in Chinese or English with quotes, levels and times', () => {
  const text =
    '指标,类型,级别,置信度,标签,描述,失效时间\n"203.0.113.7",IP,高,90%,"c2|银狐","多行\n说明",2026-12-31\nbad,域名,低,,,,\nevil.example,,严重,50,,"a ""b""",2026-12-31T08:00:00Z\n';
  const { format, indicators, errors } = parseFeed(text, 'auto', now);
  expect(format).toBe('csv');
  expect(indicators).toEqual([
    {
      type: 'ip',
      value: '203.0.113.7',
      severity: 'high',
      confidence: 90,
      labels: ['c2', '银狐'],
      description: '多行\n说明',
      validUntil: '2026-12-30T16:00:00.000Z',
      origin: { line: 2 },
    },
    {
      type: 'domain',
      value: 'evil.example',
      severity: 'critical',
      confidence: 50,
      labels: [],
      description: 'a "b"',
      validUntil: '2026-12-31T08:00:00.000Z',
      origin: { line: 5 },
    },
  ]);
  expect(errors).toEqual([{ place: 'line 4', text: 'bad,域名,低,,,,', reason: 'bad-value' }]);
  expect(pairs(parseFeed('203.0.113.1;x\n203.0.113.2;y\n', 'csv', now).indicators)).toEqual([
    'ip 203.0.113.1',
    'ip 203.0.113.2',
  ]);
});

const bundle = (objects: unknown[]): string => JSON.stringify({ type: 'bundle', id: 'bundle--1', objects });
const indicator = (pattern: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'indicator',
  spec_version: '2.1',
  id: 'indicator--1',
  pattern_type: 'stix',
  valid_from: '2026-01-01T00:00:00Z',
  pattern,
  ...more,
});

test('parseFeed() reads a STIX bundle with names, validity and what it indicates', () => {
  const { format, indicators, errors } = parseFeed(
    bundle([
      indicator("[ipv4-addr:value = '203.0.113.7']", {
        name: 'C2',
        description: 'seen',
        confidence: 80,
        indicator_types: ['malicious-activity'],
        valid_until: '2027-01-01T00:00:00Z',
      }),
      { type: 'malware', id: 'malware--1', name: 'LockBit' },
      { type: 'relationship', relationship_type: 'indicates', source_ref: 'indicator--1', target_ref: 'malware--1' },
      indicator("[url:value = 'x'", { id: 'indicator--2' }),
      indicator("[ipv4-addr:value = '203.0.113.8']", { revoked: true }),
      indicator("[ipv4-addr:value = '203.0.113.8']", { valid_until: '2026-02-01T00:00:00Z' }),
      indicator('alert tcp any any', { pattern_type: 'snort' }),
      { type: 'identity', id: 'identity--1' },
    ]),
    'auto',
    now,
  );
  expect(format).toBe('stix');
  expect(indicators).toEqual([
    {
      type: 'ip',
      value: '203.0.113.7',
      confidence: 80,
      labels: ['malicious-activity', 'LockBit'],
      description: 'C2: seen',
      validFrom: '2026-01-01T00:00:00.000Z',
      validUntil: '2027-01-01T00:00:00.000Z',
      origin: { stix: 'indicator--1', pattern: "[ipv4-addr:value = '203.0.113.7']" },
    },
  ]);
  expect(errors.map(({ place, reason }) => `${place} ${reason}`)).toEqual([
    'objects[3] bad-pattern',
    'objects[4] revoked',
    'objects[5] expired',
    'objects[6] pattern-type',
  ]);
});

test.each([
  ["[ipv4-addr:value = '203.0.113.7' OR ipv4-addr:value = '203.0.113.8']", ['ip 203.0.113.7', 'ip 203.0.113.8']],
  ["[domain-name:value IN ('a.example','b.example')]", ['domain a.example', 'domain b.example']],
  [
    "[ipv4-addr:value = '198.51.100.0/24'] OR [ipv6-addr:value = '2001:db8::1']",
    ['cidr 198.51.100.0/24', 'ip 2001:db8::1'],
  ],
  [
    "[file:hashes.'SHA-256' = 'AB' OR file:hashes.'SHA-256' = '" + 'ab'.repeat(32) + "']",
    ['sha256 ' + 'ab'.repeat(32)],
  ],
  ["[file:hashes.MD5 = '" + 'ab'.repeat(16) + "' AND file:hashes.\"x\" = 'y']", 'bad-pattern'],
  [
    "[file:hashes.MD5 = '" + 'ab'.repeat(16) + "' AND file:hashes.'SHA-1' = '" + 'cd'.repeat(20) + "']",
    ['md5 ' + 'ab'.repeat(16), 'sha1 ' + 'cd'.repeat(20)],
  ],
  ["[url:value = 'http://e.example/it\\'s']", ["url http://e.example/it's"]],
  [
    "([domain-name:value = 'a.example'] OR [url:value = 'http://b.example/']) WITHIN 300 SECONDS",
    ['domain a.example', 'url http://b.example/'],
  ],
  [
    "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.9' AND network-traffic:dst_port = 443]",
    ['ip 203.0.113.9'],
  ],
  ["[ipv4-addr:value = '203.0.113.7'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'", ['ip 203.0.113.7']],
  ["[ipv4-addr:value = '203.0.113.7' AND domain-name:value = 'a.example']", 'conjunction'],
  ["[ipv4-addr:value = '203.0.113.7'] AND [ipv4-addr:value = '203.0.113.8']", 'conjunction'],
  ["[ipv4-addr:value = '203.0.113.7'] FOLLOWEDBY [domain-name:value = 'a.example']", 'conjunction'],
  ["[ipv4-addr:value != '203.0.113.7']", 'negated'],
  ["[ipv4-addr:value NOT = '203.0.113.7']", 'negated'],
  ["[process:name = 'cmd.exe']", 'no-comparable'],
  ["[domain-name:value LIKE '%.example']", 'no-comparable'],
  ["[ipv4-addr:value = 'nonsense']", 'bad-value'],
  ["ipv4-addr:value = '203.0.113.7'", 'bad-pattern'],
  ["[ipv4-addr:value = '203.0.113.7'] OR", 'bad-pattern'],
])('readPattern() of %s', (pattern, expected) => {
  const result = readPattern(pattern);
  expect('reason' in result ? result.reason : pairs(result.values)).toEqual(expected);
});

test('readPattern() halves the confidence of what asks for more than the value', () => {
  const [only] = parseFeed(
    bundle([indicator("[ipv4-addr:value = '203.0.113.7' AND network-traffic:dst_port = 443]", { confidence: 80 })]),
    'stix',
    now,
  ).indicators;
  expect(only).toMatchObject({ confidence: 40, origin: { partial: true } });
});

test('readPattern() never throws', () => {
  expect(readPattern(`[${'('.repeat(5000)}]`)).toEqual({ reason: 'bad-pattern' });
  const piece = fc.constantFrom(
    '[',
    ']',
    '(',
    ')',
    ' AND ',
    ' OR ',
    " = 'x'",
    'file:hashes.MD5',
    'ipv4-addr:value',
    ' IN ',
    ',',
    "'",
    ' START ',
    "t'2026'",
    ' NOT ',
    '\\',
    'WITHIN 5 SECONDS',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (parts) => void readPattern(parts.join(''))),
    { numRuns: 500 },
  );
});

test('parseFeed() reads MISP events, composite attributes and objects', () => {
  const event = {
    Event: {
      uuid: 'e1',
      info: '银狐木马',
      threat_level_id: '1',
      Tag: [{ name: 'tlp:green' }, { name: 'silverfox' }],
      Attribute: [
        {
          uuid: 'a1',
          type: 'ip-dst|port',
          category: 'Network activity',
          to_ids: true,
          value: '203.0.113.7|443',
          comment: 'C2',
        },
        { uuid: 'a2', type: 'domain|ip', to_ids: true, value: 'evil.example|203.0.113.8' },
        { uuid: 'a3', type: 'url', to_ids: false, value: 'http://x.example/' },
        { uuid: 'a4', type: 'filename|md5', to_ids: true, value: `a.exe|${'ab'.repeat(16)}` },
        { uuid: 'a5', type: 'comment', to_ids: false, value: 'hi' },
        { uuid: 'a6', type: 'yara', to_ids: true, value: 'rule x' },
        { uuid: 'a7', type: 'ip-src', to_ids: true, value: 'zzz' },
        { uuid: 'a8', type: 'domain', to_ids: true, deleted: true, value: 'old.example' },
      ],
      Object: [{ name: 'file', Attribute: [{ uuid: 'o1', type: 'sha256', to_ids: true, value: 'cd'.repeat(32) }] }],
    },
  };
  const { format, indicators, errors } = parseFeed(JSON.stringify({ response: [event] }), 'auto', now);
  expect(format).toBe('misp');
  expect(pairs(indicators)).toEqual([
    'ip 203.0.113.7',
    'domain evil.example',
    'ip 203.0.113.8',
    `md5 ${'ab'.repeat(16)}`,
    `sha256 ${'cd'.repeat(32)}`,
  ]);
  expect(indicators[0]).toMatchObject({
    severity: 'high',
    labels: ['Network activity', 'silverfox'],
    description: '银狐木马: C2',
    origin: { misp: 'a1', event: 'e1' },
  });
  expect(errors.map(({ place, reason }) => `${place} ${reason}`)).toEqual([
    'Attribute[2] not-for-detection',
    'Attribute[5] unsupported',
    'Attribute[6] bad-value',
    'Attribute[7] revoked',
  ]);
});

test('parseFeed() says what is wrong with a document of the wrong kind', () => {
  for (const [text, format] of [
    ['{', 'stix'],
    ['{}', 'stix'],
    ['{"a":1}', 'misp'],
    ['null', 'stix'],
  ] as const) {
    expect(() => parseFeed(text, format, now)).toThrow(expect.objectContaining({ code: 'soc.intel_format' }));
  }
  expect(detectFormat('{"Event":{}}')).toBe('misp');
  expect(detectFormat('a.example\nb.example')).toBe('list');
});

test('createNeverMatch() refuses what would alert on everyone', () => {
  const never = createNeverMatch({ domains: ['his.hospital-1.cn', 'com.cn'], networks: ['58.60.0.0/24'] });
  const refuse = (text: string): string | undefined => never.refuse(recognise(text) ?? { type: 'domain', value: '?' });
  for (const text of [
    '10.1.2.3',
    '192.168.0.0/16',
    '127.0.0.1',
    'fe80::1',
    '114.114.114.114',
    '58.60.0.7',
    'com.cn',
    'baidu.com',
    'his.hospital-1.cn',
    'a.his.hospital-1.cn',
    'pc.local',
    'https://www.his.hospital-1.cn/x',
    'https://baidu.com/',
    'http://10.1.2.3/x',
    'd41d8cd98f00b204e9800998ecf8427e',
  ])
    expect([text, refuse(text)]).toEqual([text, 'never-match']);
  for (const text of ['12.0.0.0/7', '2001:db8::/16']) expect(refuse(text)).toBe('too-wide');
  for (const text of [
    '203.0.113.7',
    '58.60.1.7',
    'evil.com.cn',
    'evil.blob.core.windows.net',
    'https://github.com/evil/payload',
    'hospital-1.cn',
  ])
    expect([text, refuse(text)]).toEqual([text, undefined]);
});
