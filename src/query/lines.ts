// Records as the text lines of AWS's flow logs, rendered by DuckDB: values joined by one space,
// `-` for NULL, grouped by the slot of five minutes that holds the record's end.
import type { DuckDBInstance } from '@duckdb/node-api';

import type { AggregationSeconds, FlowLogResourceType, TrafficType } from '../aws/flow-log.ts';
import { type Field, columnName } from '../spine/fields.ts';
import { aggregatedRows } from './aggregation.ts';
import { quoteText } from './duckdb.ts';
import { currentSegmentPaths, isVanished } from './segment-list.ts';
import { segmentSource } from './segment-source.ts';
import { toQueryError } from './statement.ts';
import { fieldExpression, formatVersion } from './view.ts';

export interface RecordScope {
  readonly resourceType: FlowLogResourceType;
  readonly resourceId: string;
}

export interface ReadLinesRequest {
  /** First and last sequence, both included. */
  readonly fromSequence: number;
  readonly toSequence: number;
  /** Whose records; null is everybody's. */
  readonly scope: RecordScope | null;
  /**
   * ACCEPT and REJECT leave out the other action; NODATA and SKIPDATA always belong. Null is the
   * same as ALL: transit gateways know no action.
   */
  readonly trafficType: TrafficType | null;
  /** In the order of the line. */
  readonly fields: readonly Field[];
  /** 60: as stored. 600: records of one key are summed over ten minutes of the clock. */
  readonly aggregationSeconds: AggregationSeconds;
  /** A record belongs to the slot `end - end % slotSeconds`. */
  readonly slotSeconds: number;
  /** SQL condition over the columns of a segment (filter-sql.ts); absent means all. */
  readonly where?: string;
}

/** Whole lines of one slot; the chunks of a slot follow each other. */
export interface LineChunk {
  /** Unix seconds, a multiple of slotSeconds. */
  readonly slotStart: number;
  /** One or more lines, each closed by `\n`. */
  readonly text: string;
  readonly lineCount: number;
}

/** Lines are gathered to chunks of about this many characters. */
const CHUNK_CHARACTERS = 256 * 1024;
const ATTEMPTS_MAX = 3;
const SCOPE_COLUMNS: Readonly<Record<FlowLogResourceType, string>> = {
  VPC: 'vpc_id',
  Subnet: 'subnet_id',
  NetworkInterface: 'interface_id',
  TransitGateway: 'tgw_id',
  TransitGatewayAttachment: 'tgw_attachment_id',
  RegionalNatGateway: 'resource_id',
};

/**
 * Chunks by ascending slot; within a slot lines keep the order of their records (at 600 s, the
 * order in which the keys were first seen). The same request gives the same lines every time.
 *
 * @throws OperationError `failed` when a segment cannot be read, or vanishes when lines are out
 */
export async function* readLines(
  database: DuckDBInstance,
  directory: string,
  request: ReadLinesRequest,
): AsyncGenerator<LineChunk, void, undefined> {
  for (let attempt = 1; ; attempt += 1) {
    let isFresh = true;
    try {
      for await (const chunk of renderLines(database, directory, request)) {
        isFresh = false;
        yield chunk;
      }
      return;
    } catch (cause) {
      if (!isFresh || attempt >= ATTEMPTS_MAX || !isVanished(cause)) throw toQueryError(cause);
    }
  }
}

async function* renderLines(
  database: DuckDBInstance,
  directory: string,
  request: ReadLinesRequest,
): AsyncGenerator<LineChunk, void, undefined> {
  const { fromSequence, toSequence } = request;
  const paths = currentSegmentPaths(directory, fromSequence, toSequence);
  if (paths.length === 0) return;
  const connection = await database.connect();
  try {
    const result = await connection.stream(linesSql(request, paths));
    let slotStart = 0;
    let lines: string[] = [];
    let characters = 0;
    for (let part = await result.fetchChunk(); part !== null; part = await result.fetchChunk()) {
      if (part.rowCount === 0) break;
      const [slots = [], texts = []] = part.getColumns();
      for (const [row, text] of texts.entries()) {
        const slot = Number(slots[row]);
        if (lines.length > 0 && (slot !== slotStart || characters >= CHUNK_CHARACTERS)) {
          yield chunkOf(slotStart, lines);
          lines = [];
          characters = 0;
        }
        slotStart = slot;
        const line = String(text);
        lines.push(line);
        characters += line.length;
      }
    }
    if (lines.length > 0) yield chunkOf(slotStart, lines);
  } finally {
    connection.closeSync();
  }
}

function chunkOf(slotStart: number, lines: readonly string[]): LineChunk {
  return { slotStart, text: `${lines.join('\n')}\n`, lineCount: lines.length };
}

/** SELECT slot, line ... in order. */
function linesSql(request: ReadLinesRequest, paths: readonly string[]): string {
  const { fields, aggregationSeconds, slotSeconds } = request;
  const rows = `SELECT * FROM (${segmentSource(paths)}) WHERE ${scopeCondition(request)}`;
  const selected = traffic(request);
  const source =
    aggregationSeconds === 60
      ? `SELECT *, sequence AS first_sequence, row_number AS first_row FROM (${rows})
         WHERE ${selected}`
      : aggregatedRows(rows, selected, aggregationSeconds, isShownBy(request));
  const version = formatVersion(fields);
  const values = fields.map((field) => {
    const expression = fieldExpression(field, version);
    return expression === null ? `'-'` : `coalesce((${expression})::VARCHAR, '-')`;
  });
  const slot = `end_us // 1000000 // ${slotSeconds} * ${slotSeconds}`;
  // Rendering follows the sort, which so moves numbers and not text.
  return `SELECT ${slot} AS slot, concat_ws(' ', ${values.join(', ')}) AS line
    FROM (SELECT * FROM (${source}) ORDER BY ${slot}, first_sequence, first_row)`;
}

/** Which text columns the lines, or a condition on them, need. */
function isShownBy(request: ReadLinesRequest): (column: string) => boolean {
  const shown = new Set(request.fields.map(columnName));
  return (column) => request.where !== undefined || shown.has(column);
}

function scopeCondition(request: ReadLinesRequest): string {
  const { scope, fromSequence, toSequence } = request;
  const range = `sequence BETWEEN ${Math.trunc(fromSequence)} AND ${Math.trunc(toSequence)}`;
  if (scope === null) return range;
  return `${range} AND ${SCOPE_COLUMNS[scope.resourceType]} = ${quoteText(scope.resourceId)}`;
}

/**
 * The condition on single records.
 *
 * Unverified: that AWS writes NODATA and SKIPDATA to flow logs of every traffic type.
 */
function traffic(request: ReadLinesRequest): string {
  const { trafficType, where } = request;
  const action =
    trafficType === 'ALL' || trafficType === null
      ? 'true'
      : `(log_status_code <> 0 OR action_code = ${trafficType === 'ACCEPT' ? 0 : 1})`;
  return where === undefined ? action : `${action} AND (${where})`;
}
