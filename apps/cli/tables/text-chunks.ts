import { XinglinError } from '@xinglin/platform/kernel';
import './errors.ts';

export type TextEncodingName = 'utf-8' | 'gb18030' | 'utf-16le';

/** The encoding that a text's first bytes show: a byte order mark, else UTF-8 when it is valid, else GB18030 (what Chinese Excel saves). */
export function guessEncoding(head: Buffer): TextEncodingName {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  try {
    // A character cut at the end is no fault: stream.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return 'utf-8';
  } catch {
    return 'gb18030';
  }
}

/** Bytes as text, in pieces that end where the bytes' pieces do; each with the number of bytes it stands for. */
export async function* textChunks(
  bytes: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<{ readonly text: string; readonly bytes: number }> {
  let decoder: TextDecoder | undefined;
  let encoding: TextEncodingName = 'utf-8';
  let line = 1;
  for await (const chunk of bytes) {
    if (decoder === undefined) {
      encoding = guessEncoding(chunk);
      decoder = new TextDecoder(encoding, { fatal: true });
    }
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      throw new XinglinError('table.encoding', { file, line, encoding });
    }
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) line++;
    yield { text, bytes: chunk.length };
  }
}
