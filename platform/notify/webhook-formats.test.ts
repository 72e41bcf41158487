import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Notification } from './port.ts';
import { WEBHOOK_FORMATS, cutBytes, refusal } from './webhook-formats.ts';

const notification: Notification = {
  kind: 'notice.issued',
  tenant: 'cn.a.h1',
  title: '关于勒索病毒风险的通报',
  text: '请于 3 个工作日内签收。\n截止:2026-03-05',
  link: '/notices/123',
  severity: 'critical',
};
const base = { notification, consoleUrl: 'https://soc.example.org', now: new Date('2026-03-02T08:00:00Z') };

describe('WEBHOOK_FORMATS.dingtalk', () => {
  it('signs timestamp and secret into the query and sends markdown, as the robot documents', () => {
    const call = WEBHOOK_FORMATS.dingtalk({
      ...base,
      url: 'https://oapi.dingtalk.com/robot/send?access_token=abc',
      secret: 'SECtest',
    });
    const url = new URL(call.url);
    const timestamp = url.searchParams.get('timestamp') ?? '';
    expect(timestamp).toBe('1772438400000');
    expect(url.searchParams.get('sign')).toBe(
      createHmac('sha256', 'SECtest').update('1772438400000\nSECtest').digest('base64'),
    );
    expect(url.searchParams.get('access_token')).toBe('abc');
    // A base64 plus must reach the robot as %2B, not as a space.
    expect(call.url).not.toMatch(/sign=[^&]*[+ ]/);
    expect(call.body).toEqual({
      msgtype: 'markdown',
      markdown: {
        title: '关于勒索病毒风险的通报',
        text: '### [严重] 关于勒索病毒风险的通报\n\n请于 3 个工作日内签收。\n\n截止:2026-03-05\n\n[查看详情](https://soc.example.org/notices/123)',
      },
      at: { isAtAll: true },
    });
  });

  it('leaves the address alone without a secret', () => {
    expect(
      WEBHOOK_FORMATS.dingtalk({ ...base, url: 'https://oapi.dingtalk.com/robot/send?access_token=abc' }).url,
    ).toBe('https://oapi.dingtalk.com/robot/send?access_token=abc');
  });
});

describe('WEBHOOK_FORMATS.feishu', () => {
  it('sends a card with timestamp and signature in the body; the key is "timestamp\\nsecret" over nothing', () => {
    const call = WEBHOOK_FORMATS.feishu({
      ...base,
      url: 'https://open.feishu.cn/open-apis/bot/v2/hook/x',
      secret: 'demo',
    });
    expect(call.body).toMatchObject({
      timestamp: '1772438400',
      sign: createHmac('sha256', '1772438400\ndemo').digest('base64'),
      msg_type: 'interactive',
      card: {
        header: { template: 'red', title: { tag: 'plain_text', content: '[严重] 关于勒索病毒风险的通报' } },
        elements: [
          { tag: 'markdown', content: notification.text },
          { tag: 'action', actions: [{ tag: 'button', url: 'https://soc.example.org/notices/123' }] },
        ],
      },
    });
  });
});

describe('WEBHOOK_FORMATS.wecom', () => {
  it('sends markdown that never exceeds 4096 bytes and keeps the link', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 6000 }), (text) => {
        const call = WEBHOOK_FORMATS.wecom({
          ...base,
          url: 'https://qyapi.weixin.qq.com/x',
          notification: { ...notification, text },
        });
        const { content } = (call.body as { markdown: { content: string } }).markdown;
        expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096);
        expect(content.endsWith('[查看详情](https://soc.example.org/notices/123)')).toBe(true);
      }),
    );
    const long = WEBHOOK_FORMATS.wecom({
      ...base,
      url: 'https://x',
      notification: { ...notification, text: '杏'.repeat(5000) },
    });
    expect(Buffer.byteLength((long.body as { markdown: { content: string } }).markdown.content)).toBeGreaterThan(4080);
  });
});

describe('WEBHOOK_FORMATS.webhook', () => {
  it('sends plain JSON that the receiver can verify', () => {
    const call = WEBHOOK_FORMATS.webhook({ ...base, url: 'https://example.org/hook', secret: 'k' });
    expect(call.body).toEqual({
      kind: 'notice.issued',
      tenant: 'cn.a.h1',
      title: notification.title,
      text: notification.text,
      severity: 'critical',
      at: '2026-03-02T08:00:00.000Z',
      url: 'https://soc.example.org/notices/123',
    });
    const timestamp = call.headers?.['x-xinglin-timestamp'] ?? '';
    const expected = createHmac('sha256', 'k')
      .update(`${timestamp}.${JSON.stringify(call.body)}`)
      .digest('hex');
    expect(call.headers?.['x-xinglin-signature']).toBe(`sha256=${expected}`);
    expect(WEBHOOK_FORMATS.webhook({ ...base, url: 'https://example.org/hook' }).headers).toBeUndefined();
  });
});

describe('refusal()', () => {
  it.each([
    ['dingtalk', 200, '{"errcode":0,"errmsg":"ok"}', undefined],
    ['dingtalk', 200, '{"errcode":310000,"errmsg":"sign not match"}', '310000 sign not match'],
    ['wecom', 200, '{"errcode":93000,"errmsg":"invalid webhook url"}', '93000 invalid webhook url'],
    ['feishu', 200, '{"code":0,"msg":"success"}', undefined],
    ['feishu', 200, '{"StatusCode":0,"StatusMessage":"success"}', undefined],
    ['feishu', 200, '{"code":19021,"msg":"sign match fail"}', '19021 sign match fail'],
    ['feishu', 200, '<html>', 'the answer is not JSON'],
    ['webhook', 204, '', undefined],
    ['webhook', 500, 'x', 'HTTP 500'],
  ] as const)('of %s %i %s is %s', (kind, status, body, expected) => {
    expect(refusal(kind, status, body)).toBe(expected);
  });
});

describe('cutBytes()', () => {
  it('cuts between characters', () => {
    expect(cutBytes('杏林', 6)).toBe('杏林');
    expect(cutBytes('杏林杏', 8)).toBe('杏…');
    expect(cutBytes('😀😀', 7)).toBe('😀…');
  });
});
