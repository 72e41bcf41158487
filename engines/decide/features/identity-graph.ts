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
  /** What answers, and what is being built. */
  private groups: Groups;
  private next: Groups;
  private cursor = -1;
  private readonly keepSeconds: number;

  constructor(capacity: number, keepSeconds: number) {
    const size = 2 ** Math.ceil(Math.log2(capacity));
    this.links = new Uint32Array(size * 2);
    this.times = new Uint32Array(size);
    this.groups = new Groups(size * 4);
    this.next = new Groups(size * 4);
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

  /**
   * Works off some of the links (about 2 ms), and takes the new groups into use when all are done: a full ring needs eight
   * ticks, and no request waits for it.
   */
  rebuild(now: number, budget = this.times.length / 8): void {
    if (this.cursor < 0) {
      if (!this.dirty) return;
      this.dirty = false;
      this.cursor = 0;
      this.next.clear();
    }
    const oldest = Math.floor(now / 1000) - this.keepSeconds;
    const held = Math.min(this.count, this.times.length);
    const end = Math.min(held, this.cursor + budget);
    for (; this.cursor < end; this.cursor++) {
      if ((this.times[this.cursor] as number) < oldest) continue;
      this.next.join(this.links[this.cursor * 2] as number, this.links[this.cursor * 2 + 1] as number);
    }
    if (this.cursor < held) return;
    this.cursor = -1;
    [this.groups, this.next] = [this.next, this.groups];
  }

  /** Real-name identities in the node's group; 0 when it has no links. */
  groupSize(node: number): number {
    return this.groups.size(node);
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
    this.rebuild(now, this.times.length);
    return true;
  }

  get bytes(): number {
    return this.links.byteLength + this.times.byteLength * 26;
  }
}

/** Union–find over words, by open addressing: node → index, its parent, and the persons of the group at the root. */
class Groups {
  private readonly nodes: Uint32Array;
  private readonly parents: Int32Array;
  private readonly persons: Int32Array;

  constructor(size: number) {
    this.nodes = new Uint32Array(size);
    this.parents = new Int32Array(size);
    this.persons = new Int32Array(size);
  }

  clear(): void {
    this.nodes.fill(0);
    this.persons.fill(0);
  }

  join(one: number, other: number): void {
    const a = this.root(this.enter(one));
    const b = this.root(this.enter(other));
    if (a === b) return;
    this.parents[b] = a;
    this.persons[a] = (this.persons[a] as number) + (this.persons[b] as number);
  }

  size(node: number): number {
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
}
