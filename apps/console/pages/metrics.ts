/** Reads the Prometheus text format (exposition format 0.0.4), as much as the health page shows. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly { readonly labels: string; readonly value: number }[];
}
export interface Metrics {
  readonly families: ReadonlyMap<string, Family>;
}

export function parseMetrics(text: string): Metrics {
  const families = new Map<
    string,
    { name: string; help: string; type: string; samples: { labels: string; value: number }[] }
  >();
  const family = (name: string) => {
    const known = families.get(name);
    if (known !== undefined) return known;
    const made = { name, help: '', type: 'untyped', samples: [] };
    families.set(name, made);
    return made;
  };
  for (const line of text.split('\n')) {
    const meta = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (meta !== null) {
      const own = family(meta[2] ?? '');
      if (meta[1] === 'HELP') own.help = meta[3] ?? '';
      else own.type = meta[3] ?? '';
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    if (sample === null) continue;
    const labels = (sample[2] ?? '').replaceAll(/(\w+)="((?:[^"\\]|\\.)*)",?/g, '$1=$2 ').trim();
    family(sample[1] ?? '').samples.push({ labels, value: Number(sample[3]) });
  }
  return { families };
}

export function valueOf(metrics: Metrics, name: string): number | undefined {
  return metrics.families.get(name)?.samples[0]?.value;
}

export function sumOf(family: Family): number {
  return family.samples.reduce((sum, sample) => sum + sample.value, 0);
}
