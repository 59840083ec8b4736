// What can be filtered, and which values each field takes: names become the values that records
// hold, so that `protocol = tcp` and `protocol = 6` are the same filter.
import { ALL_FIELDS, findField } from '../spine/fields.ts';
import { formatAddress, formatCidr, parseAddress, parseCidr } from '../records/address.ts';

/** A value as the record holds it. `-` (SQL NULL) is null. */
export type FilterValue = string | number | null;

export type FieldKind = 'address' | 'integer' | 'flags' | 'text';

export interface FilterField {
  /** As the filter prints it. */
  readonly name: string;
  readonly kind: FieldKind;
  /** AWS's names of the fields of which any may match. */
  readonly columns: readonly string[];
  /** Names that stand for values. */
  readonly names: ReadonlyMap<string, FilterValue>;
}

const ADDRESSES = ['srcaddr', 'dstaddr', 'pkt-srcaddr', 'pkt-dstaddr'];
const PSEUDO = new Map([
  ['addr', ['srcaddr', 'dstaddr']],
  ['host', ['srcaddr', 'dstaddr']],
  ['port', ['srcport', 'dstport']],
]);

/** IANA protocol numbers by the names that people write. */
const PROTOCOLS = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  ospf: 89,
  vrrp: 112,
  sctp: 132,
  'udp-lite': 136,
  udplite: 136,
};
/** Values of tcp-flags (spec/records.md 4). */
const TCP_FLAGS = { none: 0, fin: 1, syn: 2, rst: 4, 'syn-ack': 18, synack: 18 };

const NAMES: Readonly<Record<string, Readonly<Record<string, FilterValue>>>> = {
  protocol: PROTOCOLS,
  'tcp-flags': TCP_FLAGS,
  action: { accept: 'ACCEPT', reject: 'REJECT' },
  'log-status': { ok: 'OK', nodata: 'NODATA', skipdata: 'SKIPDATA' },
  'flow-direction': { ingress: 'ingress', egress: 'egress', in: 'ingress', out: 'egress' },
  type: { ipv4: 'IPv4', ipv6: 'IPv6' },
};

const MULTIPLES: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** Names of all fields that can be filtered, pseudo fields first. */
export const FILTER_FIELD_NAMES: readonly string[] = [
  ...PSEUDO.keys(),
  ...ALL_FIELDS.map((field) => field.name).filter((name) => name !== 'version'),
];

/** The field of that name, hyphens or underscores, any case; undefined when there is none. */
export function findFilterField(written: string): FilterField | undefined {
  const name = written.toLowerCase().replaceAll('_', '-');
  const columns = PSEUDO.get(name) ?? [name];
  const field = findField(columns[0] ?? name);
  if (field === undefined || field.name === 'version') return undefined;
  const names = new Map(Object.entries(NAMES[field.name] ?? {}));
  return { name, kind: kindOf(field.name, field.type), columns, names };
}

function kindOf(name: string, type: string): FieldKind {
  if (ADDRESSES.includes(name)) return 'address';
  if (name === 'tcp-flags') return 'flags';
  return type === 'string' ? 'text' : 'integer';
}

/**
 * The value that the text means for the field, or undefined when it means none.
 *
 * @param isQuoted in quotes `-` is text like any other
 */
export function fieldValue(
  field: FilterField,
  text: string,
  isQuoted: boolean,
): FilterValue | undefined {
  if (!isQuoted && text === '-') return null;
  const named = field.names.get(text.toLowerCase());
  if (named !== undefined) return named;
  switch (field.kind) {
    case 'address':
      return addressValue(text);
    case 'integer':
    case 'flags':
      return integerValue(text);
    case 'text':
      return text;
  }
}

/** What the field's values look like, for messages. */
export function expectedValue(field: FilterField): string {
  const names = [...field.names.keys()].slice(0, 4).join(', ');
  if (field.kind === 'address') return 'an address or a CIDR block such as 10.0.0.0/8';
  if (field.kind === 'text') return names === '' ? 'text' : `one of ${names}`;
  return names === '' ? 'a whole number such as 443 or 10M' : `a whole number or ${names}`;
}

/** The address or block in its one canonical spelling. */
function addressValue(text: string): string | undefined {
  const address = parseAddress(text);
  if (address !== null) return formatAddress(address);
  const cidr = parseCidr(text);
  return cidr === null ? undefined : formatCidr(cidr);
}

function integerValue(text: string): number | undefined {
  const match = /^(\d+)([kmgt])?$/i.exec(text);
  if (match === null) return undefined;
  const value = Number(match[1]) * (MULTIPLES[match[2]?.toLowerCase() ?? ''] ?? 1);
  return Number.isSafeInteger(value) ? value : undefined;
}
