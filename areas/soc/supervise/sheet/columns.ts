import { isAddress, parseBlock } from '../address.ts';
import type { Problem } from '../validate.ts';
import type { Column, Parsed } from './table.ts';

type Base = Omit<Column, 'parse'>;

export function textColumn(base: Base, max = 200, check?: (text: string) => Problem | undefined): Column<string> {
  return {
    ...base,
    parse: (text) => {
      if (text.length > max)
        return problem(`内容超过 ${max} 字`, `Longer than ${max} characters`, '缩短内容', 'Shorten it');
      const found = check?.(text);
      return found === undefined ? { value: text } : { problem: found };
    },
  };
}

/** Text from a list; `options` maps what people write to what is stored. */
export function choiceColumn<V extends string>(base: Base, options: Readonly<Record<string, V>>): Column<V> {
  const stored = new Map(Object.entries(options));
  const offered = [...stored.keys()];
  return {
    ...base,
    options: offered,
    parse: (text) => {
      const value = stored.get(text) ?? [...stored.values()].find((code) => code === text.toLowerCase());
      return value === undefined
        ? problem(
            `“${text}”不在可选值内`,
            `'${text}' is not one of the options`,
            `可填：${offered.join('、')}`,
            `One of: ${offered.join(', ')}`,
          )
        : { value };
    },
  };
}

export function numberColumn(base: Base, limits: { min: number; max: number; integer?: boolean }): Column<number> {
  const kind = limits.integer === true ? '整数' : '数字';
  return {
    ...base,
    parse: (text) => {
      const value = Number(text.replace(/[,，]/g, ''));
      if (
        Number.isFinite(value) &&
        value >= limits.min &&
        value <= limits.max &&
        (limits.integer !== true || Number.isInteger(value))
      )
        return { value };
      return problem(
        `“${text}”不是 ${limits.min} 到 ${limits.max} 的${kind}`,
        `'${text}' is not a number from ${limits.min} to ${limits.max}`,
        `例如 ${base.example}`,
        `e.g. ${base.example}`,
      );
    },
  };
}

/** Several values in a cell, separated by ; , 、 or a line break. */
export function listColumn(base: Base, kind: 'address' | 'block' | 'text', max = 64): Column<string[]> {
  return {
    ...base,
    parse: (text) => {
      const items = [...new Set(text.split(/[;,；，、\s]+/).filter((item) => item !== ''))];
      if (items.length > max)
        return problem(`超过 ${max} 项`, `More than ${max} items`, '拆成多行', 'Use several rows');
      for (const item of items) {
        if (kind === 'address' && !isAddress(item))
          return problem(
            `“${item}”不是 IP 地址`,
            `'${item}' is not an IP address`,
            '写单个地址，如 10.1.2.3；多个用分号隔开',
            'One address each, e.g. 10.1.2.3; separate with semicolons',
          );
        const block = kind === 'block' ? parseBlock(item) : undefined;
        if (kind === 'block' && block === undefined)
          return problem(`“${item}”不是网段`, `'${item}' is not a CIDR block`, '例如 10.1.2.0/24', 'e.g. 10.1.2.0/24');
      }
      return { value: items };
    },
  };
}

function problem(zh: string, en: string, remedyZh: string, remedyEn: string): Parsed<never> {
  return { problem: { message: { zh, en }, remedy: { zh: remedyZh, en: remedyEn } } };
}
