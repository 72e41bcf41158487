/** Texts as small numbers while somebody holds them: a counted value is compared and counted as a number, and kept once. */
export class Interner {
  private readonly ids = new Map<string, number>();
  private readonly texts: (string | undefined)[] = [];
  private readonly holders: number[] = [];
  private readonly free: number[] = [];

  /** One above the largest id in use so far. */
  get bound(): number {
    return this.texts.length;
  }

  /** The id of a text, held once more. */
  hold(text: string): number {
    const known = this.ids.get(text);
    if (known !== undefined) {
      this.holders[known] = (this.holders[known] as number) + 1;
      return known;
    }
    const id = this.free.pop() ?? this.texts.length;
    this.texts[id] = text;
    this.holders[id] = 1;
    this.ids.set(text, id);
    return id;
  }

  /** Held once less; the id of a text that nobody holds is given to another. */
  drop(id: number): void {
    const left = (this.holders[id] as number) - 1;
    this.holders[id] = left;
    if (left > 0) return;
    this.ids.delete(this.texts[id] as string);
    this.texts[id] = undefined;
    this.free.push(id);
  }

  text(id: number): string {
    return this.texts[id] as string;
  }
}
