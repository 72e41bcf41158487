import { XinglinError, registerErrors } from '@xinglin/platform/kernel';
import type { ErrorStatus } from '@xinglin/platform/kernel';
import { REFUSAL_TEXTS } from './core/index.ts';
import type { Refusal } from './core/index.ts';

const UNKNOWN: readonly Refusal[] = ['slot.unknown', 'booking.unknown', 'entry.unknown'];
const statusOf = (reason: Refusal): ErrorStatus =>
  UNKNOWN.includes(reason) ? 404 : reason.startsWith('ban.') ? 403 : 409;

registerErrors(
  Object.fromEntries(
    Object.entries(REFUSAL_TEXTS).map(([reason, text]) => [
      `slots.${reason}`,
      {
        status: statusOf(reason as Refusal),
        zh: reason.startsWith('ban.') ? `${text.zh}，至 {until}` : text.zh,
        en: reason.startsWith('ban.') ? `${text.en} until {until}` : text.en,
      },
    ]),
  ),
);
registerErrors({
  'slots.policy': { status: 422, zh: '放号策略有误：{reason}', en: 'The release policy is not valid: {reason}' },
  'slots.not_simulated': {
    status: 409,
    zh: '该策略版本还没有完成模拟，请先模拟再启用',
    en: 'This version has no finished simulation; simulate it before switching it on',
  },
  'slots.no_policy': { status: 422, zh: '没有启用中的放号策略“{name}”', en: "There is no active policy '{name}'" },
  'slots.real_name': {
    status: 422,
    zh: '身份证号码有误，请核对后重新填写',
    en: 'The identity number is not valid; check and enter it again',
  },
  'slots.session': { status: 422, zh: '门诊信息有误：{reason}', en: 'The session is not valid: {reason}' },
  'slots.scope': {
    status: 403,
    zh: '机构 {tenant} 不存在或不在您的管辖范围内',
    en: '{tenant} does not exist or is outside your scope',
  },
  'slots.beacon': {
    status: 409,
    zh: '该抽签没有在等待公共随机数',
    en: 'This draw is not waiting for a public random value',
  },
});

/** A refusal of the release engine as the platform's error. */
export function refusalError(reason: Refusal, until?: number): XinglinError {
  return new XinglinError(`slots.${reason}`, until === undefined ? {} : { until: new Date(until).toISOString() });
}
