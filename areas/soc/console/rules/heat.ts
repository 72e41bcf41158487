/** Shade of a heat map's cell, 0 (nothing) to 4: by rules in even steps, by hits by orders of magnitude. */
export function shadeByRules(rules: number, most: number): number {
  return rules === 0 ? 0 : Math.max(1, Math.ceil((4 * rules) / Math.max(1, most)));
}

export function shadeByHits(hits: number): number {
  return hits <= 0 ? 0 : Math.min(4, 1 + Math.floor(Math.log10(hits)));
}
