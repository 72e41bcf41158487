import { describe, expect, test } from 'vitest';
import { fhirModel } from '../model.ts';
import { readResource } from '../node.ts';
import { compilePath } from './evaluate.ts';
import { isNode, textOf, valueOf } from './values.ts';

const model = fhirModel('R4');
const patient = readResource(model, {
  resourceType: 'Patient',
  id: 'p1',
  active: true,
  birthDate: '1980-03-07',
  deceasedDateTime: '2020-05',
  multipleBirthInteger: 2,
  name: [
    { use: 'official', family: '\u5F20', given: ['\u5EFA', '\u56FD'] },
    { use: 'old', family: '\u5F20', given: ['\u5EFA', '\u56FD'] },
  ],
  address: [{ city: 'KeepTest', postalCode: '430000' }, { city: 'Other' }],
  contained: [{ resourceType: 'Practitioner', name: [{ family: 'Inside' }] }],
});
const answer = (path: string): unknown[] =>
  compilePath(path)(model, patient).map((item) => {
    const value = valueOf(item);
    return value === undefined ? (isNode(item) ? item.type : item) : typeof value === 'object' ? textOf(value) : value;
  });

describe('compilePath()', () => {
  test.each<[string, unknown[]]>([
    ['name.given', ['\u5EFA', '\u56FD', '\u5EFA', '\u56FD']],
    ['Patient.name[1].use', ['old']],
    ['Resource.id', ['p1']],
    ['DomainResource.active', [true]],
    ['name.first().given.last()', ['\u56FD']],
    ["address.where(city = 'KeepTest').postalCode", ['430000']],
    ["nodesByType('Address').city", ['KeepTest', 'Other']],
    ["nodesByName('family')", ['\u5F20', '\u5F20']],
    ['descendants().where($this is HumanName and use.empty()).family', ['Inside']],
    ['deceased as dateTime', ['2020-05']],
    ['deceased.is(boolean)', [false]],
    ['multipleBirth.ofType(integer)', [2]],
    ['(name.given | name.given).count()', [4]],
    ["('a' | 'b' | 'a').count()", [2]],
    ["'b' in ('a' | 'b')", [true]],
    ["('a' | 'b') contains 'c'", [false]],
    ['birthDate < @1990-01-01', [true]],
    ['deceased < @2020-05-10', []],
    ['deceased > @2019-12-31', [true]],
    ["birthDate.toString().substring(0, 4) + '-01'", ['1980-01']],
    ['1 + 2 * 3 - 4 / 2', [5]],
    ['7 div 2', [3]],
    ['7 mod 2', [1]],
    ['1 / 0', []],
    ['{} = 1', []],
    ['{} and false', [false]],
    ['{} or false', []],
    ['false implies {}', [true]],
    ['true xor false', [true]],
    ["'A B' ~ 'a  b'", [true]],
    ["iif(active, 'yes', 'no')", ['yes']],
    ["'%a%' & {} & 'b'", ['%a%b']],
    ['address.city.select($this.upper())', ['KEEPTEST', 'OTHER']],
    ["name.all(family = '\u5F20')", [true]],
    ["'abc'.replaceMatches('[ab]', 'x').length()", [3]],
    ['@2020-01-01T00:00:00Z = @2020-01-01T08:00:00+08:00', [true]],
    ['name.exists(use = \u0027old\u0027).not()', [false]],
  ])('%s', (path, expected) => {
    expect(answer(path)).toEqual(expected);
  });

  test.each([
    ['name.', 'a name expected'],
    ['name..given', 'a name expected'],
    ['name[0', "']' expected"],
    ["where('a' =", 'an expression expected'],
    ['name.resolve()', 'resolve() is not supported'],
    ['name.constructor()', 'constructor() is not supported'],
    ['name.where()', 'takes 1 to 1 arguments'],
    ['a # b', "unexpected '#' at character 3"],
  ])('refuses %s when compiled', (path, message) => {
    expect(() => compilePath(path)).toThrow(message);
  });

  test.each(['name.first().family >= 0', '(1 | 2) > 1', 'active + 1'])('%s throws when applied', (path) => {
    expect(() => compilePath(path)(model, patient)).toThrow();
  });
});
