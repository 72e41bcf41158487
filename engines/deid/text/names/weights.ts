import { WEIGHTS_BASE64 } from './weights.data.ts';
import { WEIGHTS } from './model.ts';

let weights: Int8Array | undefined;

/** The trained weights; see train/train-names.ts. */
export function nameWeights(): Int8Array {
  weights ??= decode(WEIGHTS_BASE64);
  return weights;
}

/** Base64 of signed bytes; runs of zero are written `!` and their length in base 36, then `;`. */
export function decode(text: string): Int8Array {
  const out = new Int8Array(WEIGHTS);
  let at = 0;
  for (const piece of text.split(';')) {
    const [bytes = '', zeros = '0'] = piece.split('!');
    const raw = atob(bytes);
    for (let i = 0; i < raw.length; i++) out[at++] = (raw.charCodeAt(i) << 24) >> 24;
    at += Number.parseInt(zeros, 36);
  }
  return out;
}

export function encode(values: Int8Array): string {
  const pieces: string[] = [];
  let at = 0;
  while (at < values.length) {
    let end = at;
    // Three or more zeros end a piece.
    while (
      end < values.length &&
      !(values[end] === 0 && values[end + 1] === 0 && values[end + 2] === 0 && values[end + 3] === 0)
    )
      end++;
    let next = end;
    while (next < values.length && values[next] === 0) next++;
    const bytes = String.fromCharCode(...[...values.subarray(at, end)].map((value) => value & 255));
    pieces.push(`${btoa(bytes)}!${(next - end).toString(36)}`);
    at = next;
  }
  return pieces.join(';');
}
