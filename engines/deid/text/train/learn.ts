import { COMMON_PAIRS, KNOWN_PAIRS } from '../data/word-pairs.data.ts';
import { W } from '../lexicon/flags.ts';
import { HAN_WORDS } from '../lexicon/words.ts';
import { CLINICAL_WORDS } from '../names/clinical-words.ts';
import { observe } from '../names/find-names.ts';
import { FEATURES, features, WEIGHTS } from '../names/model.ts';
import { isCompoundSurname } from '../names/surnames.ts';
import { foldInto } from '../normalize.ts';
import { recognise } from '../recognise.ts';
import { newScan, resetScan } from '../scan.ts';
import { trainingTexts } from '../testing/generate.ts';
import { random } from '../testing/random.ts';

export interface Training {
  readonly seed: number;
  readonly texts: number;
  readonly epochs: number;
}

/** What the shipped weights were trained with. */
export const SHIPPED: Training = { seed: 20261122, texts: 60000, epochs: 5 };

interface Decision {
  /** Features of each candidate, and which of them is right; -1 when none is a name. */
  readonly candidates: readonly Int32Array[];
  readonly right: number;
}

/** By how much the right answer must lead. */
const MARGIN = 6;

/**
 * Trains the name model: the recogniser walks over made-up sentences, every decision it meets is recorded with the right answer, and
 * an averaged perceptron learns them. Deterministic: the same training gives the same weights.
 */
export function learn({ seed, texts, epochs }: Training): Int8Array {
  const decisions = collect(seed, texts);
  const weights = new Float64Array(WEIGHTS);
  const sums = new Float64Array(WEIGHTS);
  const order = decisions.map((_, index) => index);
  const draw = random(seed + 1);
  let step = 1;
  const update = (list: Int32Array, amount: number): void => {
    for (let i = 0; i < FEATURES; i++) {
      weights[list[i]!]! += amount;
      sums[list[i]!]! += amount * step;
    }
  };
  const scoreOf = (list: Int32Array): number => {
    let sum = 0;
    for (let i = 0; i < FEATURES; i++) sum += weights[list[i]!]!;
    return sum;
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = draw.int(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    for (const index of order) {
      const { candidates, right } = decisions[index]!;
      step++;
      let best = -1;
      let bestScore = -1e9;
      for (const [k, list] of candidates.entries()) {
        if (k === right) continue;
        const value = scoreOf(list);
        if (value > bestScore) {
          bestScore = value;
          best = k;
        }
      }
      if (right < 0) {
        if (bestScore > -MARGIN) update(candidates[best]!, -1);
        continue;
      }
      const own = scoreOf(candidates[right]!);
      // No name scores 0 by definition.
      if (own < MARGIN) update(candidates[right]!, 1);
      else if (own - bestScore < MARGIN) update(candidates[right]!, 1);
      if (best >= 0 && own - bestScore < MARGIN) update(candidates[best]!, -1);
    }
  }
  return quantise(weights, sums, step);
}

/** Averages and scales so that one unit of the margin is SCALE steps of a byte. */
export const SCALE = 4;

function quantise(weights: Float64Array, sums: Float64Array, step: number): Int8Array {
  return Int8Array.from(weights, (weight, i) =>
    Math.max(-127, Math.min(127, Math.round((weight - sums[i]! / step) * SCALE))),
  );
}

function collect(seed: number, texts: number): Decision[] {
  const scan = newScan();
  const words = [...CLINICAL_WORDS, ...pairs(COMMON_PAIRS), ...pairs(COMMON_PAIRS), ...pairs(KNOWN_PAIRS)];
  const roles = HAN_WORDS.filter(({ flags }) => (flags & (W.NAME_LABEL | W.ROLE)) !== 0).map(({ text }) => text);
  const decisions: Decision[] = [];
  let answers = new Map<number, number>();
  observe(scan, (at, cue, lengths) => {
    const { code, gap, n, pos } = scan.text;
    const surname = isCompoundSurname(code[at]!, code[at + 1]!) ? 2 : 1;
    const goldEnd = answers.get(pos[at]!) ?? -1;
    const candidates = lengths.map((length) => {
      const list = new Int32Array(FEATURES);
      features(list, code, gap, n, at, length, surname, cue);
      return list;
    });
    const right = lengths.findIndex(
      (length) => (at + length < n ? pos[at + length]! : pos[n]!) === goldEnd || pos[at + length - 1]! + 1 === goldEnd,
    );
    decisions.push({ candidates, right });
    return right < 0 ? 0 : lengths[right]!;
  });
  for (const { text, gold } of trainingTexts(seed, texts, { words, roles, wideNames: true })) {
    answers = new Map(gold.filter((mark) => mark.type === 'NAME').map((mark) => [mark.start, mark.end]));
    resetScan(scan);
    foldInto(scan.text, text);
    recognise(scan);
  }
  return decisions;
}

/** The two-character words of a table of pairs. */
function pairs(groups: string): string[] {
  return groups.split(',').flatMap((group) => Array.from(group.slice(1)).map((second) => group[0]! + second));
}
