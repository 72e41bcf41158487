const gb18030 = new TextDecoder('gb18030');

/**
 * Bytes as text: UTF-8, or GB18030 when they are not valid UTF-8 but valid GB18030 (older Chinese devices and Windows servers), or UTF-8
 * with replacement characters. Never throws.
 */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  // A real U+FFFD in the input is rare enough to pay for the second look.
  if (!text.includes('\uFFFD')) return text;
  const chinese = gb18030.decode(bytes.subarray(start, end));
  return chinese.includes('\uFFFD') || bytes.subarray(start, end).includes('\uFFFD') ? text : chinese;
}
