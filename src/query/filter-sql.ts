// A filter as SQL over the columns of a segment (segment-columns.ts): addresses are compared as
// ranges of integers, never as text. Must agree with filter-predicate.ts on every row.
import { findField } from '../spine/fields.ts';
import { addressValue, parseAddress, parseCidr } from '../records/address.ts';
import { quoteText } from './duckdb.ts';
import { type FilterField, type FilterValue, findFilterField } from './filter-fields.ts';
import { type Comparison, type FilterNode, readFilter } from './filter.ts';
import { ALL_FIELDS_VIEW, fieldExpression } from './view.ts';

const ADDRESS_COLUMNS: Readonly<Record<string, string>> = {
  srcaddr: 'src',
  dstaddr: 'dst',
  'pkt-srcaddr': 'pkt_src',
  'pkt-dstaddr': 'pkt_dst',
};

/**
 * The text of a filter as a condition for WHERE, over flow_log_rows or a segment's columns; `true`
 * for blank text.
 *
 * @throws OperationError `invalid-input` with the position of the fault
 */
export function filterCondition(text: string): string {
  const node = readFilter(text);
  return node === null ? 'true' : filterToSql(node);
}

/** The condition for WHERE; it is true or false, never NULL. */
export function filterToSql(node: FilterNode): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return `(${node.operands.map(filterToSql).join(node.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `(NOT ${filterToSql(node.operand)})`;
    case 'compare':
      return compareSql(node.field, node.operator, node.value);
    case 'in':
      return `(${node.values.map((value) => compareSql(node.field, '=', value)).join(' OR ')})`;
  }
}

function compareSql(name: string, operator: Comparison, value: FilterValue): string {
  if (operator === '!=') return `(NOT ${compareSql(name, '=', value)})`;
  if (operator === '!~') return `(NOT ${compareSql(name, '~', value)})`;
  const field = findFilterField(name);
  if (field === undefined) throw new Error(`No filter field "${name}"`);
  const any = field.columns.map((column) => columnSql(field, column, operator, value));
  return `coalesce(${any.join(' OR ')}, false)`;
}

function columnSql(
  field: FilterField,
  column: string,
  operator: Comparison,
  value: FilterValue,
): string {
  const description = findField(column);
  const expression = description && fieldExpression(description, ALL_FIELDS_VIEW);
  const operand = `(${expression ?? 'NULL'})`;
  if (value === null) return `(${operand} IS NULL)`;
  if (operator === '~') {
    // NULL OR true is true: one side of a pair may be NULL.
    return field.kind === 'flags'
      ? `((${operand} & ${value}) = ${value})`
      : `contains(${operand}, ${quoteText(String(value))})`;
  }
  if (field.kind === 'address') return blockSql(ADDRESS_COLUMNS[column] ?? column, String(value));
  const literal = typeof value === 'number' ? String(value) : quoteText(value);
  return `(${operand} ${operator} ${literal})`;
}

/** That the address in the pair of columns lies in the block (or is the address). */
function blockSql(prefix: string, text: string): string {
  const block = parseCidr(text);
  const address = block ?? parseAddress(text);
  if (address === null) throw new Error(`No address "${text}"`);
  const bits = block?.prefixLength ?? (address.version === 4 ? 32 : 128);
  const freeBits = BigInt((address.version === 4 ? 32 : 128) - bits);
  const first = addressValue(address);
  const last = first | ((1n << freeBits) - 1n);
  const isVersion = `ip_version = ${address.version}`;
  const low = `${prefix}_low ${rangeSql(BigInt.asUintN(64, first), BigInt.asUintN(64, last))}`;
  if (address.version === 4) return `(${isVersion} AND ${low})`;
  const high = `${prefix}_high ${rangeSql(first >> 64n, last >> 64n)}`;
  return freeBits >= 64n ? `(${isVersion} AND ${high})` : `(${isVersion} AND ${high} AND ${low})`;
}

function rangeSql(first: bigint, last: bigint): string {
  return first === last ? `= ${first}::UBIGINT` : `BETWEEN ${first}::UBIGINT AND ${last}::UBIGINT`;
}
