// What the partition loader (partition-loader.ts) is called with for one table: as the input of
// its schedule and as the properties of the custom resource. All values are text.
import {
  athenaPartition,
  athenaTableName,
  athenaText,
  type AthenaTable,
} from '../../query/index.ts';
import { athenaWorkGroupName, type AthenaIntegration } from './athena-integration.ts';

export type PartitionEvent = Readonly<
  Record<
    | 'Database'
    | 'Table'
    | 'WorkGroup'
    | 'Location'
    | 'Path'
    | 'Partition'
    | 'Step'
    | 'Frequency'
    | 'Start'
    | 'End',
    string
  >
>;

export function partitionEvent(table: AthenaTable, integration: AthenaIntegration): PartitionEvent {
  return {
    Database: table.database,
    Table: athenaTableName(table),
    WorkGroup: athenaWorkGroupName(table.name),
    // The loader puts it into a literal as it is.
    Location: athenaText(table.location).slice(1, -1),
    Path: table.partitionPath,
    Partition: athenaPartition(table),
    Step: table.isHourly ? 'hour' : 'day',
    Frequency: integration.frequency,
    Start: hourText(integration.startMs),
    End: hourText(integration.endMs),
  };
}

/** `2026-11-20T13`, UTC; empty for none. */
function hourText(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString().slice(0, 13);
}
