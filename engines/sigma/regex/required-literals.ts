/** Placeholder until the parser is in. */
export function requiredLiterals(_source: string, _flags: string): readonly string[] | undefined {
  return undefined;
}
