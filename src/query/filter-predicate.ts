// A filter as a function over plain rows, for rows that are not in the store (`weir top`). Must
// agree with filter-sql.ts on every row.
import { cidrHolds, cidrOf, parseAddress, parseCidr } from '../records/address.ts';
import { type FilterField, type FilterValue, findFilterField } from './filter-fields.ts';
import { type Comparison, type FilterNode, readFilter } from './filter.ts';

/** Values by AWS's field name (with hyphens); null and absent are `-`. */
export type FilterRow = Readonly<Record<string, string | number | bigint | null | undefined>>;

export type FilterPredicate = (row: FilterRow) => boolean;

/**
 * The text of a filter as a function over rows; blank text lets every row pass.
 *
 * @throws OperationError `invalid-input` with the position of the fault
 */
export function rowFilter(text: string): FilterPredicate {
  const node = readFilter(text);
  return node === null ? () => true : filterToPredicate(node);
}

/** The filter as a function; make it once for many rows. */
export function filterToPredicate(node: FilterNode): FilterPredicate {
  switch (node.kind) {
    case 'and': {
      const operands = node.operands.map(filterToPredicate);
      return (row) => operands.every((operand) => operand(row));
    }
    case 'or': {
      const operands = node.operands.map(filterToPredicate);
      return (row) => operands.some((operand) => operand(row));
    }
    case 'not': {
      const operand = filterToPredicate(node.operand);
      return (row) => !operand(row);
    }
    case 'compare':
      return comparison(node.field, node.operator, node.value);
    case 'in': {
      const operands = node.values.map((value) => comparison(node.field, '=', value));
      return (row) => operands.some((operand) => operand(row));
    }
  }
}

function comparison(name: string, operator: Comparison, value: FilterValue): FilterPredicate {
  if (operator === '!=' || operator === '!~') {
    const positive = comparison(name, operator === '!=' ? '=' : '~', value);
    return (row) => !positive(row);
  }
  const field = findFilterField(name);
  if (field === undefined) throw new Error(`No filter field "${name}"`);
  const { columns } = field;
  if (value === null) return (row) => columns.some((column) => (row[column] ?? null) === null);
  const matches = valueTest(field, operator, value);
  return (row) =>
    columns.some((column) => {
      const found = row[column];
      return found !== null && found !== undefined && matches(found);
    });
}

function valueTest(
  field: FilterField,
  operator: '=' | '>' | '>=' | '<' | '<=' | '~',
  value: string | number,
): (found: string | number | bigint) => boolean {
  if (operator === '~') {
    if (field.kind !== 'flags') return (found) => String(found).includes(String(value));
    return (found) => (Number(found) & Number(value)) === value;
  }
  if (field.kind === 'address') return addressTest(String(value));
  if (field.kind === 'text') return (found) => found === value;
  const compare = numberTest(operator, Number(value));
  return (found) => typeof found !== 'string' && compare(found);
}

function numberTest(
  operator: '=' | '>' | '>=' | '<' | '<=',
  wanted: number,
): (found: number | bigint) => boolean {
  switch (operator) {
    case '=':
      return (found) => !(found < wanted) && !(found > wanted);
    case '>':
      return (found) => found > wanted;
    case '>=':
      return (found) => found >= wanted;
    case '<':
      return (found) => found < wanted;
    case '<=':
      return (found) => found <= wanted;
  }
}

function addressTest(text: string): (found: string | number | bigint) => boolean {
  const address = parseAddress(text);
  const block = parseCidr(text) ?? (address && cidrOf(address, address.version === 4 ? 32 : 128));
  if (block === null) throw new Error(`No address "${text}"`);
  return (found) => {
    const other = parseAddress(String(found));
    return other !== null && cidrHolds(block, other);
  };
}
