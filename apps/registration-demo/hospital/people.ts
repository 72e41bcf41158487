import { idCheckDigit, seededRandom } from '@xinglin/antiscalp/release';
import type { Random } from '@xinglin/antiscalp/release';

/** One real-name identity. The numbers begin with 99, which is no region: they are valid in form and belong to nobody. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly idNumber: string;
  readonly birth: string;
  readonly sex: 'f' | 'm';
}

export interface Account {
  readonly id: string;
  readonly phone: string;
  /** The account's own identity, and its relatives. */
  readonly owner: string;
  readonly members: { readonly person: string; readonly relation: Relation }[];
}

export const RELATIONS = ['self', 'child', 'parent', 'spouse', 'other'] as const;
export type Relation = (typeof RELATIONS)[number];

export interface Population {
  readonly people: Map<string, Person>;
  readonly accounts: Map<string, Account>;
}

const FAMILY_NAMES = '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕'.split('');
const GIVEN_NAMES =
  '伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 平 刚 桂英 玉兰 萍 建华 文 云 淑珍 志强 桂兰 海燕 晓东 雨欣 子涵 浩然 梓萱 思远 佳怡 俊杰 欣怡'.split(
    ' ',
  );

/** The same seed gives the same people: names, numbers, families. About one account in five also cares for a child or an old parent. */
export function makePopulation(seed: number | string, count: number, today: string): Population {
  const random = seededRandom(`people ${seed}`);
  const population: Population = { people: new Map(), accounts: new Map() };
  const used = new Set<string>();
  const year = Number(today.slice(0, 4));
  for (let at = 0; at < count; at += 1) {
    const elderly = random.next() < 0.2;
    const owner = makePerson(random, used, elderly ? year - 65 - random.below(20) : year - 19 - random.below(45));
    population.people.set(owner.id, owner);
    const account: Account = {
      id: `a${String(at + 1).padStart(6, '0')}`,
      // No mobile number begins with 100.
      phone: `100${String(at + 1).padStart(8, '0')}`,
      owner: owner.id,
      members: [{ person: owner.id, relation: 'self' }],
    };
    if (random.next() < 0.2) {
      const child = random.next() < 0.5;
      const relative = makePerson(random, used, child ? year - 1 - random.below(12) : year - 66 - random.below(20));
      population.people.set(relative.id, relative);
      account.members.push({ person: relative.id, relation: child ? 'child' : 'parent' });
    }
    population.accounts.set(account.id, account);
  }
  return population;
}

function makePerson(random: Random, used: Set<string>, year: number): Person {
  for (;;) {
    const birth = `${year}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`;
    const first17 = `99${two(1 + random.below(80))}${two(1 + random.below(40))}${birth.replaceAll('-', '')}${String(random.below(1000)).padStart(3, '0')}`;
    const idNumber = first17 + idCheckDigit(first17);
    if (used.has(idNumber)) continue;
    used.add(idNumber);
    const sex = Number(first17[16]) % 2 === 0 ? 'f' : 'm';
    return {
      id: personKey(idNumber),
      name: random.pick(FAMILY_NAMES) + random.pick(GIVEN_NAMES),
      idNumber,
      birth,
      sex,
    };
  }
}

const two = (value: number): string => String(value).padStart(2, '0');

/** The demo keeps identities only in memory, so its key is the number itself, shortened for reading in logs. */
export function personKey(idNumber: string): string {
  return `p${idNumber}`;
}

/** `9901********1234` as forms show it. */
export function maskId(idNumber: string): string {
  return `${idNumber.slice(0, 4)}${'*'.repeat(10)}${idNumber.slice(-4)}`;
}

export function maskName(name: string): string {
  return Array.from(name, (char, at) => (at === 0 ? char : '*')).join('');
}
