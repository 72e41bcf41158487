import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLine } from './read-events.ts';

describe('readLine()', () => {
  it('takes an event with epoch ms or an ISO stamp, and its truth', () => {
    const read = readLine(
      '{"@timestamp":"2026-01-02T03:04:05.000Z","action":"book","device":"d","label":1,"group":"farm"}',
      7,
    );
    expect(read).toMatchObject({ line: 7, at: Date.UTC(2026, 0, 2, 3, 4, 5), label: 1, group: 'farm' });
    expect(read).toMatchObject({ event: { action: 'book', device: 'd', at: Date.UTC(2026, 0, 2, 3, 4, 5) } });
  });

  it('takes a recorded row', () => {
    expect(readLine('{"at":5,"row":{"n":1},"label":0}', 1)).toEqual({ line: 1, at: 5, row: { n: 1 }, label: 0 });
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'not a JSON object'],
    ['{"action":"book"}', 'no time'],
    ['{"at":1,"action":"steal"}', '"action" is not one of'],
    ['{"at":1,"action":"book","device":1.5}', '"device" is neither'],
    ['{"at":1,"action":"book","label":2}', '"label" is 0'],
    ['{"at":1,"row":3}', '"row" is not'],
  ])('says what is wrong with %s', (text, problem) => {
    expect(readLine(text, 3)).toMatchObject({ line: 3, problem: expect.stringContaining(problem) as string });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.json(), (text) => readLine(text, 1).line === 1));
  });
});
