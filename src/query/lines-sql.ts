// SQL that renders records as lines: values joined by one space, `-` for NULL.
import type { FlowLogResourceType } from '../aws/flow-log.ts';
import { aggregatedRows } from './aggregation.ts';
import { quoteText } from './duckdb.ts';
import type {
  LinesRequest,
  ReadLinesRequest,
  RecordScope,
  SequenceRange,
} from './lines-request.ts';
import { segmentSource } from './segment-source.ts';
import { type FieldView, fieldExpression, formatVersion } from './view.ts';

const SCOPE_COLUMNS: Readonly<Record<FlowLogResourceType, string>> = {
  VPC: 'vpc_id',
  Subnet: 'subnet_id',
  NetworkInterface: 'interface_id',
  TransitGateway: 'tgw_id',
  TransitGatewayAttachment: 'tgw_attachment_id',
  RegionalNatGateway: 'resource_id',
};

/** SELECT slot, line of one scope, ordered. */
export function linesSql(request: ReadLinesRequest, paths: readonly string[]): string {
  const { scope } = request;
  const condition =
    scope === null
      ? 'true'
      : `${SCOPE_COLUMNS[scope.resourceType]} = ${quoteText(scope.resourceId)}`;
  const values = valuesOf(request, isGateway(scope) ? 'tgw' : 'vpc');
  const source = recordsSql(request, paths, condition, values, []);
  const slot = slotSql(request);
  // Rendering follows the sort, which so moves numbers and not text.
  return `SELECT ${slot} AS slot, ${lineSql(values)} AS line
    FROM (SELECT * FROM (${source}) ORDER BY ${slot}, first_sequence, first_row)`;
}

/**
 * SELECT resource, slot, text, line_count: what `linesSql` gives for each of the scopes, its lines
 * joined by newlines. Every record is rendered once, however many scopes it belongs to.
 *
 * @param scopes at least one; transit gateways and other resources do not mix
 */
export function linesOfManySql(
  request: LinesRequest,
  scopes: readonly RecordScope[],
  paths: readonly string[],
): string {
  const columns = [...new Set(scopes.map(({ resourceType }) => SCOPE_COLUMNS[resourceType]))];
  const ids = scopes.map(({ resourceId }) => `(${quoteText(resourceId)})`);
  // Ids differ by their prefix, so one list serves all kinds of resource.
  const condition = `(${columns.map((name) => `${name} IN (SELECT id FROM wanted)`).join(' OR ')})`;
  const values = valuesOf(request, isGateway(scopes[0] ?? null) ? 'tgw' : 'vpc');
  const source = recordsSql(request, paths, condition, values, columns);
  const resources = columns.map(
    (name) => `SELECT ${name} AS resource, slot, first_sequence, first_row, line FROM rendered
      WHERE ${name} IN (SELECT id FROM wanted)`,
  );
  return `WITH wanted(id) AS (VALUES ${ids.join(', ')}),
    rendered AS MATERIALIZED (SELECT ${columns.join(', ')}, ${slotSql(request)} AS slot,
      first_sequence, first_row, ${lineSql(values)} AS line FROM (${source}))
    SELECT resource, slot,
      string_agg(line, chr(10) ORDER BY first_sequence, first_row) AS text, count(*) AS line_count
    FROM (${resources.join(' UNION ALL ')}) GROUP BY resource, slot ORDER BY slot`;
}

/** SELECT resource, row_count for every resource of these types. */
export function rowCountsSql(
  range: SequenceRange,
  resourceTypes: readonly FlowLogResourceType[],
  paths: readonly string[],
): string {
  return resourceTypes
    .map((type) => SCOPE_COLUMNS[type])
    .map(
      (column) => `SELECT ${column} AS resource, count(*) AS row_count
        FROM (${segmentSource(paths)}) WHERE ${rangeSql(range)} AND ${column} IS NOT NULL
        GROUP BY ${column}`,
    )
    .join(' UNION ALL ');
}

function rangeSql({ fromSequence, toSequence }: SequenceRange): string {
  return `sequence BETWEEN ${Math.trunc(fromSequence)} AND ${Math.trunc(toSequence)}`;
}

function isGateway(scope: RecordScope | null): boolean {
  const type = scope?.resourceType;
  return type === 'TransitGateway' || type === 'TransitGatewayAttachment';
}

/** SQL of each value of the line; null is always `-`. */
function valuesOf(request: LinesRequest, kind: FieldView['kind']): readonly (string | null)[] {
  const version = formatVersion(request.fields);
  const view = { kind, version, tagFields: request.tagFields ?? null };
  return request.fields.map((field) => fieldExpression(field, view));
}

function lineSql(values: readonly (string | null)[]): string {
  const texts = values.map((value) =>
    value === null ? `'-'` : `coalesce((${value})::VARCHAR, '-')`,
  );
  return `concat_ws(' ', ${texts.join(', ')})`;
}

function slotSql({ slotSeconds }: LinesRequest): string {
  return `end_us // 1000000 // ${slotSeconds} * ${slotSeconds}`;
}

/** SELECT of the wanted records, aggregated, with first_sequence and first_row for their order. */
function recordsSql(
  request: LinesRequest,
  paths: readonly string[],
  condition: string,
  values: readonly (string | null)[],
  kept: readonly string[],
): string {
  const { aggregationSeconds } = request;
  const rows = `SELECT * FROM (${segmentSource(paths)})
    WHERE ${rangeSql(request)} AND ${condition}`;
  const selected = traffic(request);
  if (aggregationSeconds === 60) {
    return `SELECT *, sequence AS first_sequence, row_number AS first_row FROM (${rows})
      WHERE ${selected}`;
  }
  const shown = new Set([...values.flatMap((value) => value?.match(/\w+/g) ?? []), ...kept]);
  const isShown = (column: string): boolean => request.where !== undefined || shown.has(column);
  return aggregatedRows(rows, selected, aggregationSeconds, isShown);
}

/**
 * The condition on single records.
 *
 * Unverified: that AWS writes NODATA and SKIPDATA to flow logs of every traffic type.
 */
function traffic(request: LinesRequest): string {
  const { trafficType, where } = request;
  const action =
    trafficType === 'ALL' || trafficType === null
      ? 'true'
      : `(log_status_code <> 0 OR action_code = ${trafficType === 'ACCEPT' ? 0 : 1})`;
  return where === undefined ? action : `${action} AND (${where})`;
}
