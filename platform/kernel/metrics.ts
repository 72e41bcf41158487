import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Label names and values of one sample. Keep the number of combinations small: a label is never a user's or a log's text. */
export type Labels = Readonly<Record<string, string | number>>;

export interface CounterMetric {
  inc(labels?: Labels, by?: number): void;
}

export interface GaugeMetric {
  set(value: number, labels?: Labels): void;
}

export interface HistogramMetric {
  observe(value: number, labels?: Labels): void;
}

/** Prometheus metrics of the process. Names start with `xinglin_`; asking twice for a name gives the same metric. */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): CounterMetric;
  /** With `collect`, the value is read when Prometheus asks. */
  gauge(
    name: string,
    help: string,
    labels?: readonly string[],
    collect?: (gauge: GaugeMetric) => void | Promise<void>,
  ): GaugeMetric;
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): HistogramMetric;
  /** The current value of a counter or gauge, 0 when it has none; for tests and the health page. */
  value(name: string, labels?: Labels): Promise<number>;
  /** The exposition text, and its content type. */
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics === true) collectDefaultMetrics({ register: registry, prefix: 'xinglin_' });
  const made = new Map<string, Counter | Gauge | Histogram>();

  function once<M extends Counter | Gauge | Histogram>(
    name: string,
    kind: new (...args: never[]) => M,
    make: () => M,
  ): M {
    if (!/^xinglin_[a-z0-9_]+$/.test(name))
      throw new Error(`metric '${name}' must start with xinglin_ and be snake_case`);
    const known = made.get(name);
    if (known !== undefined) {
      if (!(known instanceof kind)) throw new Error(`metric '${name}' already exists as another kind`);
      return known;
    }
    const metric = make();
    made.set(name, metric);
    return metric;
  }

  return {
    counter(name, help, labels = []) {
      const metric = once(
        name,
        Counter,
        () => new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
      );
      return { inc: (given = {}, by = 1) => metric.inc({ ...given }, by) };
    },
    gauge(name, help, labels = [], collect) {
      const metric: Gauge = once(
        name,
        Gauge,
        () =>
          new Gauge({
            name,
            help,
            labelNames: [...labels],
            registers: [registry],
            ...(collect === undefined ? {} : { collect: () => collect(handle) }),
          }),
      );
      const handle: GaugeMetric = { set: (value, given = {}) => metric.set({ ...given }, value) };
      return handle;
    },
    histogram(name, help, labels = [], buckets) {
      const metric = once(
        name,
        Histogram,
        () =>
          new Histogram({
            name,
            help,
            labelNames: [...labels],
            registers: [registry],
            ...(buckets === undefined ? {} : { buckets: [...buckets] }),
          }),
      );
      return { observe: (value, given = {}) => metric.observe({ ...given }, value) };
    },
    async value(name, labels = {}) {
      const metric = made.get(name);
      if (metric === undefined || metric instanceof Histogram) return 0;
      const { values } = await metric.get();
      const wanted = Object.entries(labels);
      return (
        values.find((sample) => wanted.every(([key, value]) => String(sample.labels[key]) === String(value)))?.value ??
        0
      );
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
