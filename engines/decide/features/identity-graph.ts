import { mix } from '../sketch/hash.ts';

/** Kinds of nodes, in the top two bits of a node's word. */
export const NODE = { device: 0, account: 1, person: 2, phone: 3 } as const;
export type NodeKind = keyof typeof NODE;

/**
 * Which devices, accounts, persons and phones hang together. Links of the last days lie in a ring; `rebuild`, called by the
 * nearline tick, joins them (union–find) and counts the real-name identities per group. Between two ticks answers are as of
 * the last one. A family is a group of two to six; a ring of scalpers grows without bound.
 */
export class IdentityGraph {
  private readonly links: Uint32Array;
  private readonly times: Uint32Array;
  private count = 0;
  private dirty = false;
  /** Open addressing: node word → index, its parent, and persons of the group at the root. */
  private readonly nodes: Uint32Array;
  private readonly parents: Int32Array;
  private readonly persons: Int32Array;
  private readonly keepSeconds: number;

  constructor(capacity: number, keepSeconds: number) {
    const size = 2 ** Math.ceil(Math.log2(capacity));
    this.links = new Uint32Array(size * 2);
    this.times = new Uint32Array(size);
    this.nodes = new Uint32Array(size * 4);
    this.parents = new Int32Array(size * 4);
    this.persons = new Int32Array(size * 4);
    this.keepSeconds = keepSeconds;
  }

  static node(kind: NodeKind, hash: number): number {
    return ((NODE[kind] << 30) | (hash & 0x3fffffff)) >>> 0 || 1;
  }

  link(a: number, b: number, at: number): void {
    const place = this.count++ & (this.times.length - 1);
    this.links[place * 2] = a;
    this.links[place * 2 + 1] = b;
    this.times[place] = Math.floor(at / 1000);
    this.dirty = true;
  }

  /** Joins the links that are not too old. Some 5 ms for 65,536. */
  rebuild(now: number): void {
    if (!this.dirty) return;
    this.dirty = false;
    this.nodes.fill(0);
    this.persons.fill(0);
    const oldest = Math.floor(now / 1000) - this.keepSeconds;
    const held = Math.min(this.count, this.times.length);
    for (let place = 0; place < held; place++) {
      if ((this.times[place] as number) < oldest) continue;
      const a = this.root(this.enter(this.links[place * 2] as number));
      const b = this.root(this.enter(this.links[place * 2 + 1] as number));
      if (a === b) continue;
      this.parents[b] = a;
      this.persons[a] = (this.persons[a] as number) + (this.persons[b] as number);
    }
  }

  /** Real-name identities in the node's group; 0 when it has no links. */
  groupSize(node: number): number {
    const index = this.find(node);
    return this.nodes[index] === node ? (this.persons[this.root(index)] as number) : 0;
  }

  private find(node: number): number {
    const mask = this.nodes.length - 1;
    let index = mix(node) & mask;
    while (this.nodes[index] !== 0 && this.nodes[index] !== node) index = (index + 1) & mask;
    return index;
  }

  private enter(node: number): number {
    const index = this.find(node);
    if (this.nodes[index] === 0) {
      this.nodes[index] = node;
      this.parents[index] = index;
      this.persons[index] = node >>> 30 === NODE.person ? 1 : 0;
    }
    return index;
  }

  private root(index: number): number {
    let at = index;
    while (this.parents[at] !== at) {
      this.parents[at] = this.parents[this.parents[at] as number] as number;
      at = this.parents[at] as number;
    }
    return at;
  }

  /** Drops every link of a node. */
  forget(node: number): void {
    for (let place = 0; place < this.times.length; place++) {
      if (this.links[place * 2] !== node && this.links[place * 2 + 1] !== node) continue;
      // A link of age 0 is older than any that counts.
      this.links.fill(0, place * 2, place * 2 + 2);
      this.times[place] = 0;
      this.dirty = true;
    }
  }

  save(): Record<string, Uint32Array> {
    return { links: this.links, times: this.times, count: Uint32Array.of(this.count) };
  }

  load(saved: Record<string, ArrayLike<number>>, now: number): boolean {
    const { links, times, count } = saved;
    if (links?.length !== this.links.length || times?.length !== this.times.length) return false;
    this.links.set(links);
    this.times.set(times);
    this.count = count?.[0] ?? 0;
    this.dirty = true;
    this.rebuild(now);
    return true;
  }

  get bytes(): number {
    return this.links.byteLength + this.times.byteLength + this.nodes.byteLength * 3;
  }
}
