// Values of a result as plain JavaScript: what prints, serialises and compares without DuckDB.
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';

/** One value of a result. Integers beyond 32 bits are bigint; dates and times are text. */
export type QueryValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly QueryValue[]
  | { readonly [name: string]: QueryValue };

export interface QueryColumn {
  readonly name: string;
  /** DuckDB's name of the type, e.g. `VARCHAR`, `BIGINT`, `DECIMAL(18,2)`. */
  readonly type: string;
}

type Api = typeof import('@duckdb/node-api');

/** Columns of a result, with its types. */
export function describeColumns(
  names: readonly string[],
  types: readonly DuckDBType[],
): QueryColumn[] {
  return names.map((name, index) => ({ name, type: String(types[index] ?? 'NULL') }));
}

/** A DuckDB value as plain JavaScript. */
export function plainValue(value: DuckDBValue, api: Api): QueryValue {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof api.DuckDBDecimalValue) return value.toDouble();
  if (value instanceof api.DuckDBListValue || value instanceof api.DuckDBArrayValue) {
    return value.items.map((item) => plainValue(item, api));
  }
  if (value instanceof api.DuckDBStructValue) {
    const entries = Object.entries(value.entries);
    return Object.fromEntries(entries.map(([name, item]) => [name, plainValue(item, api)]));
  }
  if (value instanceof api.DuckDBMapValue) {
    const entries = value.entries.map(({ key, value: item }): [string, QueryValue] => [
      keyText(plainValue(key, api)),
      plainValue(item, api),
    ]);
    return Object.fromEntries(entries);
  }
  return String(value);
}

function keyText(key: QueryValue): string {
  return typeof key === 'object' ? JSON.stringify(key) : String(key);
}
