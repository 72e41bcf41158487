import { MODEL_R4 } from './model-r4.data.ts';
import { MODEL_STU3 } from './model-stu3.data.ts';

export type FhirVersion = 'R4' | 'STU3';

/** What the specification says of one element. */
export interface ElementModel {
  /** The name in paths: `value` for `valueQuantity`. */
  readonly name: string;
  /** The FHIR type: `HumanName`, `dateTime`, `BackboneElement`, `Resource`. */
  readonly type: string;
  /** Where the element's own children are described: its type, or its path for elements described in place. */
  readonly path: string;
}

export interface FhirModel {
  readonly version: FhirVersion;
  /** The element called `key` in JSON under `path`; undefined when the specification knows none. */
  element(path: string, key: string): ElementModel | undefined;
  /** Whether `type` is `parent` or derives from it. */
  is(type: string, parent: string): boolean;
  readonly resources: readonly string[];
}

interface Owner {
  readonly parent?: string;
  readonly elements: Map<string, string>;
  readonly choices: [name: string, types: readonly string[]][];
}

const loaded = new Map<FhirVersion, FhirModel>();

/** The element types of one release of FHIR. */
export function fhirModel(version: FhirVersion): FhirModel {
  let model = loaded.get(version);
  if (model === undefined) {
    model = load(version, version === 'R4' ? MODEL_R4 : MODEL_STU3);
    loaded.set(version, model);
  }
  return model;
}

/** FHIR writes its primitive types with a small first letter. */
export const isPrimitive = (type: string): boolean => /^[a-z]/.test(type);

function load(version: FhirVersion, data: string): FhirModel {
  const owners = new Map<string, Owner>();
  for (const line of data.split(';')) {
    const [head = '', list = ''] = line.split(' ');
    const [path = '', parent] = head.split(':');
    const owner: Owner = { ...(parent === undefined ? {} : { parent }), elements: new Map(), choices: [] };
    for (const item of list === '' ? [] : list.split(',')) {
      const [name = '', choice] = item.split('*');
      if (choice === undefined) owner.elements.set(item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1));
      else owner.choices.push([name, choice.split('|')]);
    }
    owners.set(path, owner);
  }
  const parentOf = (path: string): string | undefined => {
    const owner = owners.get(path);
    if (owner?.parent !== undefined) return owner.parent;
    if (isPrimitive(path)) return path === 'Element' ? undefined : 'Element';
    return path.includes('.') ? 'BackboneElement' : undefined;
  };
  const is = (type: string, parent: string): boolean => {
    for (let at: string | undefined = type; at !== undefined; at = parentOf(at)) if (at === parent) return true;
    return false;
  };

  const find = (path: string, key: string): ElementModel | undefined => {
    for (let at: string | undefined = path; at !== undefined; at = parentOf(at)) {
      const owner = owners.get(at);
      const type = owner?.elements.get(key);
      if (type?.startsWith('@') === true) return { name: key, type: 'BackboneElement', path: type.slice(1) };
      if (type !== undefined) return { name: key, type, path: owners.has(`${at}.${key}`) ? `${at}.${key}` : type };
      for (const [name, types] of owner?.choices ?? []) {
        if (!key.startsWith(name) || !types.includes(key.slice(name.length))) continue;
        const chosen = key.slice(name.length);
        const exact = owners.has(chosen) ? chosen : chosen.charAt(0).toLowerCase() + chosen.slice(1);
        return { name, type: exact, path: exact };
      }
    }
    return undefined;
  };

  // The same few thousand places are asked for again with every resource.
  const known = new Map<string, Map<string, ElementModel | null>>();
  return {
    version,
    is,
    resources: [...owners.keys()].filter((path) => !path.includes('.') && is(path, 'Resource')),
    element(path, key) {
      let keys = known.get(path);
      if (keys === undefined) known.set(path, (keys = new Map()));
      let found = keys.get(key);
      if (found === undefined) keys.set(key, (found = find(path, key) ?? null));
      return found ?? undefined;
    },
  };
}
