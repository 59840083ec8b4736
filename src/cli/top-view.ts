// What `weir top` shows, as lines of text; pure, so that it can be tried without a terminal.
import { bitRateText, byteText, groupedNumber, shortNumber } from './number-text.ts';
import { endpointText, protocolName } from './port-names.ts';
import { bar, cutMiddle, fitLeft, fitRight, printable, sparkline } from './terminal-text.ts';
import type { Painter } from './terminal-text.ts';
import type { RatedRow, TopSample } from './top-rates.ts';

export type TopOrder = 'bytes' | 'packets' | 'rate';
export type ActionChoice = 'ALL' | 'ACCEPT' | 'REJECT';

export interface TopView {
  readonly sample: TopSample;
  readonly history: readonly number[];
  readonly order: TopOrder;
  readonly action: ActionChoice;
  /** The FILTER argument; empty when there is none. */
  readonly filter: string;
  readonly isPaused: boolean;
  /** One line about a fault, or null. */
  readonly notice: string | null;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly alignRight?: boolean;
  readonly text: (row: RatedRow) => string;
  readonly paint?: (row: RatedRow, text: string) => string;
}

/** Seen from the interface. */
const DIRECTION_WORDS = { ingress: 'in', egress: 'out', '-': '-' } as const;

/** The rows of the chosen action, the largest first. */
export function orderRows(
  rows: readonly RatedRow[],
  order: TopOrder,
  action: ActionChoice,
): RatedRow[] {
  const measure = (row: RatedRow): number =>
    order === 'rate' ? (row.bytesPerSecond ?? 0) : row[order];
  return rows
    .filter((row) => action === 'ALL' || row.action === action)
    .toSorted((a, b) => measure(b) - measure(a) || b.bytes - a.bytes);
}

/** Table lines, title first; `rowsMax` rows at most. */
export function tableLines(
  view: TopView,
  width: number,
  rowsMax: number,
  paint: Painter,
): string[] {
  const rows = orderRows(view.sample.rows, view.order, view.action).slice(0, rowsMax);
  const columns = chooseColumns(rows, width, paint);
  const cell = (column: Column, text: string): string =>
    column.alignRight ? fitRight(text, column.width) : fitLeft(text, column.width);
  const title = columns.map((column) => cell(column, column.title)).join(' ');
  return [
    paint(title.padEnd(width).slice(0, width), 'inverse'),
    ...rows.map((row) =>
      columns
        .map((column) => {
          const text = cell(column, column.text(row));
          return column.paint?.(row, text) ?? text;
        })
        .join(' ')
        .trimEnd(),
    ),
  ];
}

/** Narrow terminals lose the bar and the packets, never the addresses, bytes or the action. */
function chooseColumns(rows: readonly RatedRow[], width: number, paint: Painter): Column[] {
  const largest = Math.max(1, ...rows.map((row) => row.bytes));
  const names = rows.map((row) => row.interface.length);
  const fixed: readonly Column[] = [
    {
      title: 'iface',
      width: Math.min(width >= 112 ? 15 : 10, Math.max(5, ...names)),
      text: (row) => printable(row.interface),
    },
    { title: 'dir', width: 3, text: (row) => DIRECTION_WORDS[row.direction] },
    {
      title: 'proto',
      width: 5,
      text: (row) => protocolName(row.protocol),
    },
    { title: 'bytes', width: 7, alignRight: true, text: (row) => byteText(row.bytes) },
    {
      title: 'rate',
      width: 11,
      alignRight: true,
      text: (row) => (row.bytesPerSecond === null ? '-' : bitRateText(row.bytesPerSecond)),
    },
    {
      title: 'action',
      width: 6,
      text: (row) => row.action,
      paint: (row, text) => paint(text, row.action === 'ACCEPT' ? 'green' : 'red'),
    },
  ];
  const packets: Column = {
    title: 'packets',
    width: 7,
    alignRight: true,
    text: (row) => shortNumber(row.packets),
  };
  const share: Column = {
    title: '',
    width: 12,
    text: (row) => bar(row.bytes / largest, 12),
    paint: (_row, text) => paint(text, 'cyan'),
  };
  const taken = fixed.reduce((sum, column) => sum + column.width + 1, 0);
  const withPackets = width >= 96;
  const withShare = width >= 112;
  const left = width - taken - (withPackets ? 8 : 0) - (withShare ? 13 : 0) - 1;
  const endWidth = Math.max(9, Math.floor(left / 2));
  const [iface, direction, proto, bytes, rate, action] = fixed as [
    Column,
    Column,
    Column,
    Column,
    Column,
    Column,
  ];
  return [
    iface,
    direction,
    { title: 'source', width: endWidth, text: (row) => sourceText(row) },
    { title: 'destination', width: endWidth, text: (row) => destinationText(row) },
    proto,
    ...(withPackets ? [packets] : []),
    bytes,
    ...(withShare ? [share] : []),
    rate,
    action,
  ];
}

function sourceText(row: RatedRow): string {
  return printable(endpointText(row.srcaddr, row.srcport, row.protocol));
}

function destinationText(row: RatedRow): string {
  return printable(endpointText(row.dstaddr, row.dstport, row.protocol));
}

/** Totals, loss and the course of the rate. */
export function headLines(view: TopView, width: number, paint: Painter): string[] {
  const { sample, history } = view;
  const { answer } = sample;
  const seconds = Math.max(0, Math.floor(answer.nowMs / 1000 - answer.windowStart));
  const window =
    answer.windowStart === 0 ? 'no packet yet' : `${clockText(answer.windowStart)} +${seconds} s`;
  const totals =
    `${window}   ${shortNumber(answer.flowCount)} flows   ` +
    `${shortNumber(answer.packets)} packets   ${byteText(answer.bytes)}`;
  const loss =
    answer.packetsLost === 0
      ? 'loss 0'
      : `loss ${groupedNumber(answer.packetsLost)} of ${groupedNumber(
          answer.packetsLost + answer.packetsSeen,
        )}`;
  const rate =
    sample.bytesPerSecond === null
      ? '-'
      : `${bitRateText(sample.bytesPerSecond)}  ` +
        `${shortNumber(sample.packetsPerSecond ?? 0)} packets/s`;
  const room = Math.max(0, width - rate.length - 8);
  const course = sparkline(history.slice(-room));
  const first = cutMiddle(`weir   ${totals}   `, Math.max(10, width - loss.length));
  return [
    `${paint(first, 'bold')}${paint(loss, answer.packetsLost > 0 ? 'red' : 'green')}`,
    `rate ${rate}  ${paint(course, 'cyan')}`,
    stateLine(view, width, paint),
  ];
}

function stateLine(view: TopView, width: number, paint: Painter): string {
  if (view.notice !== null) return paint(cutMiddle(view.notice, width), 'yellow');
  const parts = [
    `by ${view.order}`,
    ...(view.action === 'ALL' ? [] : [`${view.action} only`]),
    ...(view.filter === '' ? [] : [`filter: ${printable(view.filter)}`]),
    ...(view.isPaused ? ['PAUSED'] : []),
  ];
  return paint(cutMiddle(parts.join('   '), width), 'dim');
}

/** The whole screen: head, table, keys. */
export function screenLines(
  view: TopView,
  width: number,
  height: number,
  paint: Painter,
): string[] {
  const head = headLines(view, width, paint);
  const table = tableLines(view, width, Math.max(0, height - head.length - 2), paint);
  const blanks = Math.max(0, height - head.length - table.length - 1);
  const keys = 'q quit   b bytes  p packets  r rate   a action   space pause   ? help';
  return [
    ...head,
    ...table,
    ...Array.from({ length: blanks }, () => ''),
    paint(cutMiddle(keys, width), 'dim'),
  ].slice(0, height);
}

/** The sheet of keys. */
export function helpLines(paint: Painter): string[] {
  return [
    paint('weir top', 'bold'),
    '',
    'The largest flows of the window that is open now, as the interfaces see them.',
    'The counters begin anew with each window; the rate is that of the last second.',
    '',
    '  b  sort by bytes        in   ingress: into the interface',
    '  p  sort by packets      out  egress: out of the interface',
    '  r  sort by rate         a  all, ACCEPT only, REJECT only',
    '',
    '  space  pause            ?  this sheet            q  quit',
    '',
    paint('Any key goes back.', 'dim'),
  ];
}

function clockText(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(11, 19)}Z`;
}
