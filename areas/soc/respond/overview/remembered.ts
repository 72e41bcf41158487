const MOST_REMEMBERED = 200;

/**
 * Answers by key, each kept for `freshMs`; who asks meanwhile shares the one under way. The oldest go first, and a failure is not remembered.
 */
export function createRemembered<T>(
  freshMs: number,
): (key: string, time: number, compute: () => Promise<T>) => Promise<T> {
  const known = new Map<string, { readonly at: number; readonly answer: Promise<T> }>();
  return (key, time, compute) => {
    const last = known.get(key);
    if (last !== undefined && time - last.at < freshMs && time >= last.at) return last.answer;
    const answer = compute();
    known.delete(key);
    known.set(key, { at: time, answer });
    const [oldest] = known.keys();
    if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
    answer.catch(() => known.delete(key));
    return answer;
  };
}
