import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { checkGatewayConfig } from './config.ts';

test('the configuration of docs/guide/gateway.md is valid and means what the guide says', () => {
  const guide = readFileSync(new URL('../../../docs/guide/gateway.md', import.meta.url), 'utf8');
  const text = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
  const config = checkGatewayConfig(parse(text), 'gateway.yaml');
  expect(config.routes.map(({ action }) => action)).toEqual(['bypass', 'bypass', 'list', 'book', 'view']);
  expect(config.help).toMatchObject({ phone: '0769-12320', kiosk: '门诊大厅自助机' });
  expect(config.verify.code?.channels).toEqual(['sms', 'voice']);
  expect(config.routes[3]).toMatchObject({ onFailure: 'closed', quotas: [{ per: 'person', step: 'verify' }] });
});
