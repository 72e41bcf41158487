import { registerErrors } from '../kernel/errors.ts';

registerErrors({
  'events.rejected': {
    status: 400,
    zh: '事件库拒绝了请求({code}):{reason}',
    en: 'The event store refused the request ({code}): {reason}',
  },
  'events.too_slow': {
    status: 422,
    zh: '查询超过 {seconds} 秒，已停止。请缩短时间范围或增加条件',
    en: 'The query took longer than {seconds} s and was stopped. Choose a shorter time range or add conditions',
  },
  'events.too_large': {
    status: 422,
    zh: '查询结果或所需内存超过上限，已停止。请缩短时间范围或增加条件',
    en: 'The query needed more rows or memory than allowed and was stopped. Choose a shorter time range or add conditions',
  },
});
