import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIp, isIpv6, plainIp, splitEndpoint } from './address.ts';
import { splitCsv, splitWords } from './csv.ts';
import { putDevice, readNamed } from './device.ts';
import { scanExtension, splitHeader } from './extension.ts';
import { readPairs, scanPairs, unescapeText } from './key-value.ts';
import { putTransport, putVerdict, severityOf } from './network.ts';
import { compileTemplate } from './template.ts';
import { digitsAt, toInteger, toNumber } from './text.ts';
import { anyTime, bsdStamp, clfStamp, ctimeStamp, epochMs, isoFromMs, isoStamp, offsetMinutes } from './timestamps.ts';
import { decodeEscapes, putRequestLine, putUrl } from './url.ts';
import { putUserAgent } from './user-agent.ts';

const fieldsFrom = (write: (fields: Record<string, string | number>) => void): Record<string, string | number> => {
  const fields: Record<string, string | number> = {};
  write(fields);
  return fields;
};

describe('timestamps', () => {
  it('isoFromMs() equals toISOString() for every time it accepts', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (ms) => {
        expect(isoFromMs(ms)).toBe(new Date(ms).toISOString());
      }),
      { numRuns: 2000 },
    );
    expect(isoFromMs(Number.NaN)).toBeUndefined();
    expect(isoFromMs(1e15)).toBeUndefined();
  });

  it('isoStamp() reads what toISOString() writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
        expect(isoStamp(new Date(ms).toISOString(), 0, 480)).toMatchObject({ ms, zoned: true });
      }),
    );
  });

  it.each([
    ['2026-11-22T10:11:12', Date.UTC(2026, 10, 22, 2, 11, 12)],
    ['2026/1/2 3:04:05', Date.UTC(2026, 0, 1, 19, 4, 5)],
    ['2026-11-22 10:11:12,345 +0900', Date.UTC(2026, 10, 22, 1, 11, 12, 345)],
    ['2026-11-22 10:11:12 CST', Date.UTC(2026, 10, 22, 2, 11, 12)],
    ['2026.11.22-10:11:12', Date.UTC(2026, 10, 22, 2, 11, 12)],
    ['22/Nov/2026:10:11:12 +0800', Date.UTC(2026, 10, 22, 2, 11, 12)],
    ['1795313472', Date.UTC(2026, 10, 22, 2, 11, 12)],
    ['1795313472123', Date.UTC(2026, 10, 22, 2, 11, 12, 123)],
    ['1795313472123456789', Date.UTC(2026, 10, 22, 2, 11, 12, 123)],
    ['Nov 22 2026 10:11:12', Date.UTC(2026, 10, 22, 2, 11, 12)],
    ['Sun Nov 22 10:11:12 2026', Date.UTC(2026, 10, 22, 2, 11, 12)],
  ])('anyTime() reads %s', (text, expected) => {
    expect(anyTime(text, 0, 480)).toBe(expected);
  });

  it.each([
    '',
    '2026-13-01 00:00:00',
    '2026-02-30 00:00:00',
    '2026-11-22',
    '2026-11-22 25:00:00',
    'Nov 31 10:00:00 2026',
    'yesterday',
    '12',
  ])('anyTime() refuses %j', (text) => {
    expect(anyTime(text, 0, 480)).toBeUndefined();
  });

  it('offsetMinutes() reads zones', () => {
    expect(['+08:00', '-0330', '+09', 'Z', 'x', '+99:00'].map(offsetMinutes)).toEqual([
      480,
      -210,
      540,
      0,
      undefined,
      undefined,
    ]);
  });

  it('never throws on any text at any place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(10), (text, pos) => {
        for (const read of [
          () => isoStamp(text, pos, 0),
          () => clfStamp(text, pos, 0),
          () => bsdStamp(text, pos, 0, 0),
          () => ctimeStamp(text, pos, 0),
          () => epochMs(text),
        ])
          expect(read).not.toThrow();
      }),
    );
  });
});

describe('addresses', () => {
  it('isIp() accepts every address fast-check makes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        expect(isIp(text)).toBe(true);
      }),
    );
  });
  it.each(['', '1.2.3', '1.2.3.256', '1.2.3.4.5', ':::', '1::2::3', '12345::', '::g', '1:2:3:4:5:6:7', 'host'])(
    'isIp() refuses %j',
    (text) => {
      expect(isIp(text)).toBe(false);
    },
  );
  it('isIpv6() accepts an IPv4 tail', () => {
    expect(isIpv6('::ffff:10.0.0.9')).toBe(true);
    expect(plainIp('::ffff:10.0.0.9')).toBe('10.0.0.9');
    expect(plainIp('fe80::1%eth0')).toBe('fe80::1');
  });
  it.each([
    ['10.0.0.9:80', '10.0.0.9', 80],
    ['[2001:db8::9]:80', '2001:db8::9', 80],
    ['2001:db8::9', '2001:db8::9', undefined],
    ['host', 'host', undefined],
    ['10.0.0.9:99999', '10.0.0.9:99999', undefined],
  ])('splitEndpoint(%s)', (text, address, port) => {
    expect(splitEndpoint(text)).toEqual({ address, port });
  });
});

describe('pairs', () => {
  it('readPairs() reads back what is written', () => {
    const key = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(key, fc.stringMatching(/^[ -!#-[\]-~]{0,12}$/)), {
          selector: ([name]) => name,
          maxLength: 8,
        }),
        (pairs) => {
          expect([...readPairs(pairs.map(([name, value]) => `${name}="${value}"`).join(' '))]).toEqual(pairs);
        },
      ),
    );
  });
  it('scanPairs() returns stray words', () => {
    expect(scanPairs('a=1 stray b=2 end', () => undefined)).toBe('stray end');
  });
  it('scanPairs() takes an unclosed quote as text', () => {
    expect(readPairs('a="x y b=2').get('a')).toBe('"x');
  });
  it('unescapeText() keeps Windows paths', () => {
    expect(unescapeText('C:\\Users\\a')).toBe('C:\\Users\\a');
    expect(unescapeText('a\\=b\\\\c\\nd')).toBe('a=b\\c\nd');
  });
  it('scanExtension() ends a value before the next key', () => {
    const seen: string[] = [];
    expect(scanExtension('lead a=1 2 b=x=y c=\\=', 0, (name, value) => void seen.push(`${name}|${value}`))).toBe(
      'lead',
    );
    expect(seen).toEqual(['a|1 2', 'b|x=y', 'c|=']);
  });
  it('splitHeader() honours escapes', () => {
    expect(splitHeader('a\\|b|c|rest', 0, 2)).toEqual({ parts: ['a|b', 'c'], end: 7 });
    expect(splitHeader('a', 0, 3)).toBeUndefined();
  });
  it('readNamed() keeps marks inside values', () => {
    expect([...readNamed('源IP:10.0.0.9, URL:/a,b, 动作:拒绝,', ':', ',')]).toEqual([
      ['源IP', '10.0.0.9'],
      ['URL', '/a,b'],
      ['动作', '拒绝'],
    ]);
  });
});

describe('csv and words', () => {
  it('splitCsv() reads back what RFC 4180 writes', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 6 }), (cells) => {
        expect(splitCsv(cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))).toEqual(cells);
      }),
    );
  });
  it('splitWords() keeps groups', () => {
    expect(splitWords('a "b c" [d e] f')).toEqual(['a', 'b c', 'd e', 'f']);
  });
});

describe('numbers', () => {
  it('toInteger() and toNumber() accept numbers only', () => {
    expect([
      toInteger('007'),
      toInteger('-3'),
      toInteger('1.5'),
      toInteger(''),
      toInteger('-'),
      toInteger('99999999999999999'),
    ]).toEqual([7, -3, undefined, undefined, undefined, undefined]);
    expect([toNumber('1.5'), toNumber('-.5'), toNumber('1.2.3'), toNumber('e5')]).toEqual([
      1.5,
      -0.5,
      undefined,
      undefined,
    ]);
    expect(digitsAt('ab12c', 2, 5)).toBe(12);
  });
});

describe('templates', () => {
  it('match forward only and give the rest', () => {
    const read = compileTemplate('Deny {proto} from {src}/{port} flags');
    expect(Object.fromEntries(read('Deny tcp from 10.0.0.9/80 flags RST') ?? [])).toEqual({
      proto: 'tcp',
      src: '10.0.0.9',
      port: '80',
      rest: ' RST',
    });
    expect(read('Permit tcp from a/1 flags')).toBeUndefined();
  });
});

describe('web', () => {
  it('putUrl() splits absolute and relative URLs', () => {
    expect(fieldsFrom((fields) => putUrl(fields, 'https://u@h:8443/a/b.PHP?q=%41#f'))).toEqual({
      'url.original': 'https://u@h:8443/a/b.PHP?q=%41#f',
      'url.scheme': 'https',
      'url.domain': 'h',
      'url.port': 8443,
      'url.path': '/a/b.PHP',
      'url.query': 'q=A',
      'url.fragment': 'f',
      'url.extension': 'PHP',
    });
    expect(fieldsFrom((fields) => putUrl(fields, '*'))['url.path']).toBe('*');
  });
  it('decodeEscapes() leaves broken escapes', () => {
    expect([decodeEscapes('%zz'), decodeEscapes('%e5%bc%a0'), decodeEscapes('%ff')]).toEqual(['%zz', '张', '%ff']);
  });
  it('putRequestLine() tells request lines from noise', () => {
    expect(fieldsFrom((fields) => expect(putRequestLine(fields, '\\x16\\x03')).toBe(false))).toEqual({});
    expect(fieldsFrom((fields) => void putRequestLine(fields, 'GET /a b HTTP/1.1'))['url.original']).toBe('/a b');
  });
  it.each([
    [
      'Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/14.0.0.322 Mobile Safari/537.36',
      'Huawei Browser',
      'HarmonyOS',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.42',
      'WeChat',
      'iOS',
    ],
    ['Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)', 'Baiduspider', undefined],
    ['sqlmap/1.7.2#stable (https://sqlmap.org)', 'sqlmap', undefined],
    ['', 'Other', undefined],
  ])('putUserAgent() names %s', (agent, name, os) => {
    const fields = fieldsFrom((into) => putUserAgent(into, agent));
    expect(fields['user_agent.name']).toBe(name);
    expect(fields['user_agent.os.name']).toBe(os);
  });
});

describe('devices', () => {
  it('putVerdict() reads English and Chinese', () => {
    for (const [word, outcome] of [
      ['阻断', 'failure'],
      ['Permit', 'success'],
      ['DROP', 'failure'],
      ['允许', 'success'],
    ] as const)
      expect(fieldsFrom((fields) => putVerdict(fields, word))['event.outcome']).toBe(outcome);
  });
  it('severityOf() and putTransport() read names and numbers', () => {
    expect([severityOf('高危'), severityOf('Critical'), severityOf('?')]).toEqual([73, 90, undefined]);
    expect(fieldsFrom((fields) => putTransport(fields, '17'))).toEqual({
      'network.iana_number': '17',
      'network.transport': 'udp',
    });
    expect(fieldsFrom((fields) => putTransport(fields, 'TCP(6)'))).toEqual({ 'network.transport': 'tcp' });
  });
  it('putDevice() keeps what it does not know', () => {
    const fields = fieldsFrom(
      (into) =>
        void putDevice(
          into,
          new Map([
            ['SrcIPAddr(1003)', '10.0.0.9'],
            ['dst-ip', '10.0.0.8:445'],
            ['奇怪', '1'],
            ['src', '10.0.0.7'],
          ]),
          'x.',
          { receivedAt: 0 },
        ),
    );
    expect(fields).toMatchObject({
      'source.ip': '10.0.0.9',
      'destination.port': 445,
      'x.奇怪': '1',
      'x.src': '10.0.0.7',
    });
  });
});
