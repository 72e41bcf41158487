import { SMALL_CLASSES } from './alphabet.ts';

/** Letters and signs that logs are full of; a pair of them is a poor mark. */
const FREQUENT = 'etaoinsrlcdmp.\\/ -_:01';

/**
 * Tells whether one of many texts occurs in a (folded) value. Each text is filed under its rarest pair of neighbouring
 * characters; a pass over the value looks up every pair. A hundredth of the memory of an automaton, which matters for
 * lists that single rules test, and one pass instead of one per text.
 */
export class BigramFinder {
  /** Pair → list of texts, 0 for none. */
  private readonly bucketOf = new Uint16Array(4096);
  private readonly buckets: { readonly text: string; readonly offset: number }[][] = [[]];
  /** Texts without a pair of ASCII characters. */
  private readonly others: string[] = [];

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const offset = markOf(text);
      if (offset < 0) {
        this.others.push(text);
        continue;
      }
      const pair = pairAt(text, offset);
      let bucket = this.bucketOf[pair] as number;
      if (bucket === 0) {
        bucket = this.buckets.length;
        this.bucketOf[pair] = bucket;
        this.buckets.push([]);
      }
      this.buckets[bucket]?.push({ text, offset });
    }
  }

  has(value: string): boolean {
    const { bucketOf, others } = this;
    const classes = SMALL_CLASSES;
    let left = 0;
    for (let at = 0; at < value.length; at++) {
      const right = classes[value.charCodeAt(at)] as number;
      const bucket = bucketOf[(left << 6) | right] as number;
      if (bucket !== 0 && this.verify(value, at - 1, bucket)) return true;
      left = right;
    }
    for (const text of others) if (value.includes(text)) return true;
    return false;
  }

  private verify(value: string, at: number, bucket: number): boolean {
    const texts = this.buckets[bucket] as (typeof this.buckets)[number];
    for (let index = 0; index < texts.length; index++) {
      const { text, offset } = texts[index] as (typeof texts)[number];
      if (at >= offset && value.startsWith(text, at - offset)) return true;
    }
    return false;
  }
}

const pairAt = (text: string, at: number): number =>
  ((SMALL_CLASSES[text.charCodeAt(at)] as number) << 6) | (SMALL_CLASSES[text.charCodeAt(at + 1)] as number);

/** Where the rarest ASCII pair of a text begins; -1 when there is none. */
function markOf(text: string): number {
  let best = -1;
  let bestScore = -1;
  for (let at = 0; at + 1 < text.length; at++) {
    if (text.charCodeAt(at) > 127 || text.charCodeAt(at + 1) > 127) continue;
    const score = (FREQUENT.includes(text[at] as string) ? 0 : 1) + (FREQUENT.includes(text[at + 1] as string) ? 0 : 1);
    if (score > bestScore) {
      bestScore = score;
      best = at;
    }
  }
  return best;
}
