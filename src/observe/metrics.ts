// Counters and gauges with labels, printed in the Prometheus text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).

/** Label values by label name. */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  /** Adds `amount` (default 1, never negative). */
  add(amount?: number, labels?: Labels): void;
  /** The value now; 0 when never added to. */
  value(labels?: Labels): number;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
  /** Forgets a label set, e.g. of an interface that is gone. */
  remove(labels: Labels): void;
  value(labels?: Labels): number;
}

export interface Metrics {
  /** A counter; the name ends in `_total`. The same name gives the same counter. */
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Gauge;
  /** Called before each print, to set gauges that are read rather than told. */
  onCollect(listener: () => void): void;
  /** Everything as Prometheus text. */
  text(): string;
}

/** Label sets of one metric are bounded; more share the set whose values are all `other`. */
const SERIES_MAX = 4096;

interface Family {
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  readonly series: Map<string, number>;
}

export function createMetrics(): Metrics {
  const families = new Map<string, Family>();
  const listeners: (() => void)[] = [];

  const family = (name: string, kind: Family['kind'], help: string): Family => {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`"${name}" is no metric name`);
    const known = families.get(name);
    if (known !== undefined) {
      if (known.kind !== kind) throw new Error(`Metric "${name}" is already a ${known.kind}`);
      return known;
    }
    const created: Family = { kind, help, series: new Map() };
    families.set(name, created);
    return created;
  };

  return {
    counter: (name, help) => {
      const { series } = family(name, 'counter', help);
      return {
        add: (amount = 1, labels = {}) => {
          if (amount < 0) throw new Error(`Counter "${name}" cannot fall`);
          const key = admit(series, labels);
          series.set(key, (series.get(key) ?? 0) + amount);
        },
        value: (labels = {}) => series.get(labelText(labels)) ?? 0,
      };
    },
    gauge: (name, help) => {
      const { series } = family(name, 'gauge', help);
      return {
        set: (value, labels = {}) => series.set(admit(series, labels), value),
        remove: (labels) => series.delete(labelText(labels)),
        value: (labels = {}) => series.get(labelText(labels)) ?? 0,
      };
    },
    onCollect: (listener) => listeners.push(listener),
    text: () => {
      for (const listener of listeners) listener();
      const told = [...families].filter(([, entry]) => entry.series.size > 0);
      return told.map(([name, entry]) => familyText(name, entry)).join('');
    },
  };
}

function admit(series: ReadonlyMap<string, number>, labels: Labels): string {
  const key = labelText(labels);
  if (series.has(key) || series.size < SERIES_MAX) return key;
  return labelText(Object.fromEntries(Object.keys(labels).map((name) => [name, 'other'])));
}

function labelText(labels: Labels): string {
  const parts = Object.keys(labels)
    .toSorted()
    .map((name) => `${name}="${escapeLabel(labels[name] ?? '')}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function familyText(name: string, entry: Family): string {
  const help = entry.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${entry.kind}`];
  for (const [labels, value] of entry.series) lines.push(`${name}${labels} ${numberText(value)}`);
  return `${lines.join('\n')}\n`;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
