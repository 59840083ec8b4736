// The filter of `weir top` over live flows, which have fewer fields than records: what is not
// known while the window is open cannot be filtered by, and that is said.
import { readFilter } from '../cli/line-request.ts';
import { OperationError, type TopRow } from '../observe/index.ts';
import { filterToPredicate, type FilterNode, type FilterRow } from '../query/index.ts';

/** A row of top with what only the filter looks at. */
export interface LiveRow extends TopRow {
  /** AWS's tcp-flags. */
  readonly tcpFlags: number;
}

const VALUES: Readonly<Record<string, (row: LiveRow) => FilterRow[string]>> = {
  srcaddr: (row) => row.srcaddr,
  dstaddr: (row) => row.dstaddr,
  'pkt-srcaddr': (row) => row.srcaddr,
  'pkt-dstaddr': (row) => row.dstaddr,
  srcport: (row) => row.srcport,
  dstport: (row) => row.dstport,
  protocol: (row) => row.protocol,
  packets: (row) => row.packets,
  bytes: (row) => row.bytes,
  action: (row) => row.action,
  'tcp-flags': (row) => row.tcpFlags,
  type: (row) => (row.srcaddr.includes(':') ? 'IPv6' : 'IPv4'),
  'flow-direction': (row) => (row.direction === '-' ? null : row.direction),
  'interface-id': (row) => row.interfaceId,
  'x-interface-name': (row) => row.interface,
};
const EITHER = new Set(['addr', 'host', 'port']);

/**
 * The filter as a function; blank text keeps every row.
 *
 * @throws OperationError `invalid-input` for a wrong filter, or a field that live flows lack
 */
export function liveFilter(text: string): (row: LiveRow) => boolean {
  const filter = readFilter(text);
  if (filter === null) return () => true;
  const missing = fieldsOf(filter).find((name) => !EITHER.has(name) && !(name in VALUES));
  if (missing !== undefined) {
    const known = [...EITHER, ...Object.keys(VALUES)].join(', ');
    throw new OperationError(
      'invalid-input',
      `Live flows have no "${missing}" yet; weir top filters by ${known}`,
    );
  }
  const matches = filterToPredicate(filter);
  return (row) => {
    const values = Object.entries(VALUES).map(([name, value]) => [name, value(row)] as const);
    return matches(Object.fromEntries(values));
  };
}

function fieldsOf(node: FilterNode): string[] {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.operands.flatMap(fieldsOf);
    case 'not':
      return fieldsOf(node.operand);
    case 'compare':
    case 'in':
      return [node.field];
  }
}
