import { divisionPath, divisions, islandDivisions, shortName } from '../regions/index.ts';

interface Place {
  readonly name: string;
  readonly parent: Place | undefined;
  readonly level: 0 | 1 | 2;
  /** Names below, by their first two characters, longest first. */
  readonly below: Index;
}

/** `full`: the name itself, not its short form. */
interface Named {
  readonly text: string;
  readonly full: boolean;
  readonly place: Place;
}
type Index = Map<string, Named[]>;

export type RegionLevel = 'province' | 'city' | 'county';

interface Gazetteer {
  readonly provinces: Index;
  /** Everything that an address may begin with: provinces, cities, and counties whose name only one place has. */
  readonly starts: Index;
}

let built: Gazetteer | undefined;

function put(index: Index, text: string, full: boolean, place: Place): void {
  const key = text.slice(0, 2);
  const list = index.get(key);
  if (list === undefined) index.set(key, [{ text, full, place }]);
  else list.push({ text, full, place });
}

function build(): Gazetteer {
  const provinces: Index = new Map();
  const starts: Index = new Map();
  const byPath = new Map<string, Place>();
  const counties = new Map<string, Place[]>();
  const add = (names: readonly string[]): void => {
    let parent: Place | undefined;
    for (const [at, name] of names.entries()) {
      const key = names.slice(0, at + 1).join('/');
      const known = byPath.get(key);
      if (known !== undefined) {
        parent = known;
        continue;
      }
      const place: Place = { name, parent, level: Math.min(2, at) as 0 | 1 | 2, below: new Map() };
      byPath.set(key, place);
      const short = shortName(name);
      for (const index of parent === undefined ? [provinces, starts] : [parent.below]) {
        put(index, name, true, place);
        if (short !== name && short.length >= 2) put(index, short, false, place);
      }
      // A county-level city may stand right behind its province.
      if (at === 2 && parent?.parent !== undefined) put(parent.parent.below, name, true, place);
      if (at >= 1) counties.set(name, [...(counties.get(name) ?? []), place]);
      parent = place;
    }
  };
  // In force first: where an abolished county has the name of a living one, the living one is meant.
  const all = [...divisions().values()].toSorted((a, b) => Number(b.current) - Number(a.current));
  for (const { code } of all) add(divisionPath(code).map(({ name }) => name));
  for (const names of islandDivisions()) for (const place of names.slice(1)) add([names[0] as string, place]);
  for (const [name, places] of counties) {
    const upper = places.filter(({ level }) => level === 1);
    // A district may be the only one of its rank and still not the one that is meant: 朝阳区 of Beijing and of Changchun.
    const only =
      places.length === 1 ? places[0] : upper.length === 1 && !/[\u533A\u53BF]$/.test(name) ? upper[0] : undefined;
    if (only === undefined || name.length < 3) continue;
    put(starts, name, true, only);
    if (only.level === 1 && shortName(name).length >= 2 && shortName(name) !== name)
      put(starts, shortName(name), false, only);
  }
  const sort = (index: Index): void => {
    for (const list of index.values())
      list.sort((a, b) => b.text.length - a.text.length || Number(b.full) - Number(a.full));
  };
  sort(provinces);
  sort(starts);
  for (const place of byPath.values()) sort(place.below);
  return { provinces, starts };
}

/** What shows that a short name is part of another: 海南路, 武汉大道, 朝阳区 (no part of the city 朝阳). */
const STREET =
  /^(?:[\u533A\u53BF\u5E02\u5DDE\u65D7]|[\u4E1C\u897F\u5357\u5317\u4E2D]?(?:\u8DEF|\u8857|\u5927\u9053|\u5DF7|\u5F04|\u80E1\u540C|\u9053)|\u5927\u53A6|\u5E7F\u573A|\u533B\u9662|\u5927\u5B66|\u5B66\u9662)/;
/** Words between divisions that are none: 市辖区, 县, 省直辖县级行政区划; and blanks, commas. */
const FILLER =
  /^(?:[\s,\uFF0C\u3001\-\u00B7]+|\u5E02\u8F96\u533A|\u7701\u76F4\u8F96\u53BF\u7EA7\u884C\u653F(?:\u533A\u5212|\u5355\u4F4D)|\u4E2D\u56FD|\u4E2D\u534E\u4EBA\u6C11\u5171\u548C\u56FD)/;

let end = 0;
function match(index: Index, text: string, at: number): Place | undefined {
  const list = index.get(text.slice(at, at + 2));
  if (list === undefined) return undefined;
  for (const { text: name, full, place } of list) {
    if (!text.startsWith(name, at)) continue;
    if (!full && STREET.test(text.slice(at + name.length, at + name.length + 3))) continue;
    end = at + name.length;
    return place;
  }
  return undefined;
}

function skip(text: string, at: number): number {
  let from = at;
  while (from < text.length) {
    const code = text.charCodeAt(from);
    // Nearly always a character of a name: no pattern is tried then.
    if (code > 127 && code !== 0x5e02 && code !== 0x7701 && code !== 0x4e2d && code !== 0xff0c && code !== 0x3001)
      break;
    const found = FILLER.exec(text.slice(from, from + 16));
    if (found === null) break;
    from += found[0].length;
  }
  return from;
}

/**
 * An address cut at a division: `湖北省武汉市江汉区X路1号` → `湖北省武汉市江汉区`. The names are the official ones, so all spellings of a place become one. A
 * city without counties (东莞, 中山, 儋州) ends at the city, an address that names no county at what it names. Undefined when it begins with no known place.
 */
export function cutAddress(text: string, to: RegionLevel = 'county'): string | undefined {
  built ??= build();
  const start = skip(text, 0);
  let place = match(built.starts, text, start);
  if (place === undefined) return undefined;
  for (;;) {
    const next = match(place.below, text, skip(text, end));
    if (next === undefined) break;
    place = next;
  }
  const path: string[] = [];
  for (let each: Place | undefined = place; each !== undefined; each = each.parent) path.unshift(each.name);
  // Provinces that are cities have their districts one level up.
  const depth = to === 'county' ? 3 : to === 'city' ? (isMunicipality(path[0] as string) ? 1 : 2) : 1;
  return path.slice(0, depth).join('');
}

const isMunicipality = (name: string): boolean => name.endsWith('\u5E02') && name.length === 3;
