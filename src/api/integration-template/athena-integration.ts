// One Athena integration of a template: how often partitions are added, for which time, and the
// names that follow from it (spec/query.md 5).
import type { S3Destination } from '../../aws/s3-destination.ts';
import type { AthenaTable } from '../../query/index.ts';

export const PARTITION_LOAD_FREQUENCIES = ['none', 'daily', 'weekly', 'monthly'] as const;
export type PartitionLoadFrequency = (typeof PARTITION_LOAD_FREQUENCIES)[number];

export interface AthenaIntegration {
  /** Where Athena puts results of queries. */
  readonly results: S3Destination;
  readonly frequency: PartitionLoadFrequency;
  /** Unix milliseconds; both are there when the frequency is `none`. */
  readonly startMs: number | null;
  readonly endMs: number | null;
}

/** An integration's share of the template. */
export interface TemplatePart {
  /** Counts from 1; part of the logical ids. */
  readonly number: number;
  readonly integration: AthenaIntegration;
  readonly table: AthenaTable;
}

/** `vpcflowlogsathenadatabase<flow log id without its dash>`. */
export function athenaDatabaseName(flowLogId: string): string {
  return `vpcflowlogsathenadatabase${bareId(flowLogId)}`;
}

/**
 * Table names of all integrations: `<id><frequency><start><end>`, dates as YYYYMMDD. Integrations
 * that differ by less than that get `_2` and so on.
 *
 * @param nowMs stands for a date that is not given. Unverified: public scripts show
 *   `fl021e77eb542d6567fdaily2021122920211229`, so AWS writes two dates in any case
 */
export function athenaTableNames(
  flowLogId: string,
  integrations: readonly AthenaIntegration[],
  nowMs: number,
): readonly string[] {
  const counts = new Map<string, number>();
  return integrations.map(({ frequency, startMs, endMs }) => {
    const dates = [startMs ?? nowMs, endMs ?? nowMs].map(dateDigits).join('');
    const name = `${bareId(flowLogId)}${frequency}${dates}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

/** `<table>workgroup`. AWS: some public scripts write `WorkGroup`; the User Guide does not. */
export function athenaWorkGroupName(tableName: string): string {
  return `${tableName}workgroup`;
}

function bareId(flowLogId: string): string {
  return flowLogId.replaceAll('-', '');
}

function dateDigits(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}
