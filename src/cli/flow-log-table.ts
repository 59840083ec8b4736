import type { ListedFlowLog } from './flow-log-calls.ts';

const HEADINGS = [
  'FLOW LOG',
  'NAME',
  'RESOURCE',
  'TRAFFIC',
  'INTERVAL',
  'DESTINATION',
  'DELIVERY',
  'CREATED',
];

/** The flow logs as columns for people; one line each. */
export function flowLogTable(flowLogs: readonly ListedFlowLog[]): string {
  if (flowLogs.length === 0) return 'There are no flow logs; see: weir flow-logs create --help\n';
  const rows = [HEADINGS, ...flowLogs.map((flowLog) => cells(flowLog))];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) => `${line(row, widths)}\n`).join('');
}

function cells(flowLog: ListedFlowLog): readonly string[] {
  const reason = flowLog.DeliverLogsErrorMessage;
  return [
    flowLog.FlowLogId,
    flowLog.Tags.find((tag) => tag.Key === 'Name')?.Value ?? '-',
    flowLog.ResourceId,
    flowLog.TrafficType ?? '-',
    `${flowLog.MaxAggregationInterval} s`,
    flowLog.LogDestination,
    reason === undefined ? flowLog.DeliverLogsStatus : `${flowLog.DeliverLogsStatus}: ${reason}`,
    flowLog.CreationTime.slice(0, 19).replace('T', ' '),
  ];
}

function line(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join('  ')
    .trimEnd();
}
