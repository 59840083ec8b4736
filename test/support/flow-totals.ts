// Packets and IP bytes per 5-tuple of a capture file: as tshark counts them, and `weir replay`.
import { spawnSync } from 'node:child_process';

import { PROTOCOL } from './packets.ts';
import { replaySummary, type ReplaySummary, runWeir } from './weir.ts';

export interface Total {
  packets: number;
  bytes: number;
}

/** `source destination sourcePort destinationPort protocol` to its total. */
export type FlowTotals = Map<string, Total>;

function add(totals: FlowTotals, key: string, packets: number, bytes: number): void {
  const total = totals.get(key) ?? { packets: 0, bytes: 0 };
  total.packets += packets;
  total.bytes += bytes;
  totals.set(key, total);
}

/** Next-header fields of tshark's dissectors, by the extension header that holds them. */
const NEXT_HEADER_FIELD: ReadonlyMap<number, string> = new Map([
  [PROTOCOL.hopByHop, 'ipv6.hopopts.nxt'],
  [PROTOCOL.routing, 'ipv6.routing.nxt'],
  [PROTOCOL.fragment, 'ipv6.fraghdr.nxt'],
  [PROTOCOL.destinationOptions, 'ipv6.dstopts.nxt'],
  [PROTOCOL.authentication, 'ah.next_header'],
  [PROTOCOL.mobility, 'mip6.proto'],
  [PROTOCOL.hostIdentity, 'hip.proto'],
  [PROTOCOL.shim6, 'shim6.nxt'],
]);

const PORT_FIELDS: ReadonlyMap<number, string> = new Map([
  [PROTOCOL.tcp, 'tcp'],
  [PROTOCOL.udp, 'udp'],
  [PROTOCOL.udpLite, 'udp'],
  [PROTOCOL.sctp, 'sctp'],
  [PROTOCOL.dccp, 'dccp'],
]);

const FIELDS = [
  'frame.protocols',
  ...['ip.src', 'ip.dst', 'ip.proto', 'ip.len', 'ip.frag_offset'],
  ...['ipv6.src', 'ipv6.dst', 'ipv6.nxt', 'ipv6.plen', 'ipv6.opt.jumbo', 'ipv6.fraghdr.offset'],
  ...[...new Set(PORT_FIELDS.values())].flatMap((name) => [`${name}.srcport`, `${name}.dstport`]),
  ...NEXT_HEADER_FIELD.values(),
];

/** Preferences without which tshark would join fragments or guess other protocols. */
const PREFERENCES = [
  ...['-o', 'ip.defragment:FALSE', '-o', 'ipv6.defragment:FALSE'],
  ...['-o', 'ip.tso_support:TRUE', '-o', 'gui.column.format:"a","%m"'],
];

type Row = ReadonlyMap<string, readonly string[]>;

function first(row: Row, name: string): string {
  return row.get(name)?.[0] ?? '';
}

/** Follows the chain of next headers; fields of one kind come in the order of the packet. */
function ipv6Protocol(row: Row): number {
  const used = new Map<string, number>();
  let protocol = Number(first(row, 'ipv6.nxt'));
  for (;;) {
    const name = NEXT_HEADER_FIELD.get(protocol);
    const index = name === undefined ? 0 : (used.get(name) ?? 0);
    const next = name === undefined ? undefined : row.get(name)?.[index];
    if (name === undefined || next === undefined || next === '') return protocol;
    // A mobility, HIP or shim6 message with nothing behind it is the payload.
    if (protocol >= PROTOCOL.mobility && Number(next) === PROTOCOL.noNextHeader) return protocol;
    used.set(name, index + 1);
    const isLaterFragment =
      protocol === PROTOCOL.fragment && Number(first(row, 'ipv6.fraghdr.offset')) !== 0;
    protocol = Number(next);
    if (isLaterFragment) return protocol;
  }
}

function portsOf(row: Row, protocol: number, isLaterFragment: boolean): string {
  const name = PORT_FIELDS.get(protocol);
  if (name === undefined || isLaterFragment) return '0 0';
  const source = first(row, `${name}.srcport`);
  const destination = first(row, `${name}.dstport`);
  return `${source === '' ? 0 : source} ${destination === '' ? 0 : destination}`;
}

function addRow(totals: FlowTotals, row: Row): void {
  const names = first(row, 'frame.protocols').split(':');
  const outer = names.find((name) => name === 'ip' || name === 'ipv6');
  if (outer === 'ip') {
    const protocol = Number(first(row, 'ip.proto'));
    const ports = portsOf(row, protocol, Number(first(row, 'ip.frag_offset')) !== 0);
    const key = `${first(row, 'ip.src')} ${first(row, 'ip.dst')} ${ports} ${protocol}`;
    add(totals, key, 1, Number(first(row, 'ip.len')));
  } else if (outer === 'ipv6') {
    const protocol = ipv6Protocol(row);
    const fragmentOffset = Number(first(row, 'ipv6.fraghdr.offset'));
    const ports = portsOf(row, protocol, fragmentOffset !== 0);
    const key = `${first(row, 'ipv6.src')} ${first(row, 'ipv6.dst')} ${ports} ${protocol}`;
    const jumbo = first(row, 'ipv6.opt.jumbo');
    add(totals, key, 1, 40 + Number(jumbo === '' ? first(row, 'ipv6.plen') : jumbo));
  }
}

/** True where tshark is installed. */
export function hasTshark(): boolean {
  return spawnSync('tshark', ['-v'], { stdio: 'ignore' }).status === 0;
}

/** What tshark counts in the file; only outermost IP headers, ports only where there are ports. */
export function totalsByTshark(file: string): FlowTotals {
  const fields = FIELDS.flatMap((name) => ['-e', name]);
  const shape = ['-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator=,'];
  const args = ['-n', '-r', file, ...PREFERENCES, ...shape, ...fields];
  const run = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (run.status !== 0) throw new Error(`tshark failed on ${file}: ${run.stderr}`);
  const totals: FlowTotals = new Map();
  for (const line of run.stdout.split('\n')) {
    if (line === '') continue;
    const values = line.split('\t');
    addRow(totals, new Map(FIELDS.map((name, index) => [name, (values[index] ?? '').split(',')])));
  }
  return totals;
}

/** What one 5-tuple format needs, in the order of FlowTotals' key. */
export const TUPLE_FORMAT =
  '${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes}';

/** Sums records of TUPLE_FORMAT over windows, interfaces and directions. */
export function totalsOfText(text: string): FlowTotals {
  const totals: FlowTotals = new Map();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const values = line.split(' ');
    if (values[0] === '-') continue;
    const key = values.slice(0, 5).join(' ');
    add(totals, key, Number(values[5]), Number(values[6]));
  }
  return totals;
}

/** What `weir replay` counts in the file. */
export function totalsByWeir(file: string): { totals: FlowTotals; summary: ReplaySummary } {
  const run = runWeir(['replay', file, '--format', TUPLE_FORMAT, '--no-header']);
  if (run.status !== 0) throw new Error(`weir replay failed on ${file}: ${run.stderr}`);
  return { totals: totalsOfText(run.stdout), summary: replaySummary(run) };
}

/** One line per 5-tuple, sorted, so that a difference reads well. */
export function totalsAsLines(totals: FlowTotals): string[] {
  return [...totals].map(([key, total]) => `${key} ${total.packets} ${total.bytes}`).sort();
}

/** Packets of all flows. */
export function packetsOf(totals: FlowTotals): number {
  return [...totals.values()].reduce((sum, total) => sum + total.packets, 0);
}
