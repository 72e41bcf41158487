const utf8 = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder();
const gb18030 = new TextDecoder('gb18030', { fatal: true });

/** One line as text: UTF-8, else GB18030 (older Chinese devices and Windows servers), else UTF-8 with replacement characters. */
export function decodeLine(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    try {
      return gb18030.decode(bytes);
    } catch {
      return lenient.decode(bytes);
    }
  }
}
