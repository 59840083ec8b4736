// A flow log's objects in S3 as a table that Athena and Trino read: its columns in the order of the
// format, the partitions that the key layout gives, and where they lie. The DDL
// (athena-ddl.ts) and the Glue table of the integration template are two spellings of it.
//
//   plain   s3://BUCKET/[FOLDER/]AWSLogs/ACCOUNT/vpcflowlogs/REGION/ + 2026/11/20/[13/]
//   Hive    s3://BUCKET/[FOLDER/]AWSLogs/ + aws-account-id=.../.../day=20/[hour=13/]
//
// Source: Athena User Guide, "Query Amazon VPC flow logs"; spec/query.md 4.1, spec/delivery.md 3.1.
import type { FileFormat, FlowLog } from '../aws/flow-log.ts';
import { parseS3Destination } from '../aws/s3-destination.ts';
import { OperationError } from '../observe/operation-error.ts';
import { parseLogFormat } from '../records/log-format.ts';
import { columnName, type Field } from '../spine/fields.ts';

export interface AthenaColumn {
  readonly name: string;
  readonly type: 'string' | 'int' | 'bigint' | 'date';
}

export interface AthenaPartitionColumn extends AthenaColumn {
  /** The value, in which `{year}`, `{month}`, `{day}` and `{hour}` stand for their digits, UTC. */
  readonly value: string;
}

/** Classes that read and write a file format, and their parameters. */
interface AthenaStorage {
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly serde: string;
  readonly serdeParameters: Readonly<Record<string, string>>;
  readonly tableProperties: Readonly<Record<string, string>>;
}

export interface AthenaTable {
  readonly database: string;
  readonly name: string;
  readonly columns: readonly AthenaColumn[];
  readonly partitionColumns: readonly AthenaPartitionColumn[];
  readonly fileFormat: FileFormat;
  readonly storage: AthenaStorage;
  /** `s3://...`, ends with a slash. */
  readonly location: string;
  /** Folder of one partition below `location`, placeholders as in a partition column's value. */
  readonly partitionPath: string;
  readonly isHourly: boolean;
}

/** What of a flow log decides the table. */
export type AthenaSource = Pick<
  FlowLog,
  | 'accountId'
  | 'region'
  | 'resourceType'
  | 'logDestination'
  | 'logFormat'
  | 'fileFormat'
  | 'hiveCompatiblePartitions'
  | 'perHourPartition'
>;

const SERVICE = 'vpcflowlogs';
const HIVE = 'org.apache.hadoop.hive';
const PARQUET = `${HIVE}.ql.io.parquet`;

const STORAGE: Readonly<Record<FileFormat, AthenaStorage>> = {
  'plain-text': {
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: `${HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat`,
    serde: `${HIVE}.serde2.lazy.LazySimpleSerDe`,
    serdeParameters: { 'field.delim': ' ', 'serialization.format': ' ' },
    // Every file begins with one line of field names.
    tableProperties: { 'skip.header.line.count': '1' },
  },
  parquet: {
    inputFormat: `${PARQUET}.MapredParquetInputFormat`,
    outputFormat: `${PARQUET}.MapredParquetOutputFormat`,
    serde: `${PARQUET}.serde.ParquetHiveSerDe`,
    serdeParameters: { 'serialization.format': '1' },
    tableProperties: {},
  },
};

/**
 * The table over the objects that an S3 flow log delivers.
 *
 * @throws OperationError when the flow log does not deliver to S3
 */
export function athenaTable(
  source: AthenaSource,
  names: { readonly database: string; readonly name: string },
): AthenaTable {
  const destination = parseS3Destination(source.logDestination);
  if ('fault' in destination) {
    const text = `Cannot make a table for "${source.logDestination}": ${destination.fault}`;
    throw new OperationError('invalid-input', text);
  }
  const root = `s3://${destination.bucket}/${destination.folder}AWSLogs/`;
  return {
    ...names,
    columns: columnsOf(source),
    fileFormat: source.fileFormat,
    storage: STORAGE[source.fileFormat],
    isHourly: source.perHourPartition,
    ...(source.hiveCompatiblePartitions ? hiveLayout(source, root) : plainLayout(source, root)),
  };
}

type Layout = Pick<AthenaTable, 'location' | 'partitionPath' | 'partitionColumns'>;

// The column names are those of AWS's documented tables, so that its sample queries run
// (`WHERE date > current_date - interval '7' day`).
function plainLayout(source: AthenaSource, root: string): Layout {
  const { accountId, region, perHourPartition } = source;
  const day = { name: 'date', type: 'date', value: '{year}-{month}-{day}' } as const;
  const hour = { name: 'hour', type: 'string', value: '{hour}' } as const;
  return {
    location: `${root}${accountId}/${SERVICE}/${region}/`,
    partitionPath: `{year}/{month}/{day}/${perHourPartition ? '{hour}/' : ''}`,
    partitionColumns: perHourPartition ? [day, hour] : [day],
  };
}

function hiveLayout(source: AthenaSource, root: string): Layout {
  const values: readonly (readonly [string, string])[] = [
    ['aws-account-id', source.accountId],
    ['aws-service', SERVICE],
    ['aws-region', source.region],
    ['year', '{year}'],
    ['month', '{month}'],
    ['day', '{day}'],
    ...(source.perHourPartition ? [['hour', '{hour}'] as const] : []),
  ];
  return {
    // Above all partitions, so that MSCK REPAIR TABLE finds them.
    location: root,
    partitionPath: values.map(([name, value]) => `${name}=${value}/`).join(''),
    partitionColumns: values.map(([name, value]) => ({ name, type: 'string', value })),
  };
}

function columnsOf(source: AthenaSource): readonly AthenaColumn[] {
  const scope = source.resourceType.startsWith('TransitGateway') ? 'tgw' : 'vpc';
  const { fields } = parseLogFormat(source.logFormat, scope);
  const isText = source.fileFormat === 'plain-text';
  const seen = new Set<string>();
  return fields.flatMap((field, index) => {
    const name = columnName(field);
    const column = { name, type: typeOf(field, isText) };
    if (!seen.has(name)) {
      seen.add(name);
      return [column];
    }
    // A format may name a field twice, a table may not. Text is read by position, so the column
    // must be there; Parquet is read by name.
    return isText ? [{ ...column, name: `${name}_at_${index + 1}` }] : [];
  });
}

function typeOf(field: Field, isText: boolean): AthenaColumn['type'] {
  if (field.type === 'string') return 'string';
  // AWS's documented text table says bigint; in its Parquet files the column is an INT32, which
  // engines other than Athena refuse to read as bigint (spec/query.md 4.1).
  if (field.name === 'protocol' && isText) return 'bigint';
  return field.type === 'int32' ? 'int' : 'bigint';
}
