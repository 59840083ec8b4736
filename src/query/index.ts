// Questions to the store. DuckDB, in memory, over the store's Parquet segments; this is the only
// room that knows DuckDB, and it loads it when the first question is asked.
//
// In:    segment files (any process may read while a daemon writes), SQL of users, filters.
// Out:   segments written for store/ (segment-writer.ts); rows of SQL over the views flow_logs and
//        flow_log_rows; records as AWS's text lines for deliver/ and `weir tail`; filters as SQL
//        conditions and as predicates.
// Bound: memory and threads of each DuckDB; the SQL of users can read the store and nothing else.
export { createSegmentWriter } from './segment-writer.ts';
export type { SegmentWriter, SegmentWriterOptions } from './segment-writer.ts';
export { openReader } from './reader.ts';
export type { QueryResult, QueryStream, Reader, ReaderOptions } from './reader.ts';
export type { QueryColumn, QueryValue } from './query-value.ts';
export type { CommittedWindow } from './commits.ts';
export type { LineChunk, ReadLinesRequest, RecordScope, ResourceLines } from './lines-request.ts';
export { FilterError, parseFilter } from './filter.ts';
export type { FilterNode } from './filter.ts';
export { filterCondition, filterToSql } from './filter-sql.ts';
export { filterToPredicate } from './filter-predicate.ts';
export type { FilterPredicate, FilterRow } from './filter-predicate.ts';
export { athenaTable } from './athena-table.ts';
export type { AthenaTable } from './athena-table.ts';
export { athenaPartition, athenaTableDdl, athenaTableName, athenaText } from './athena-ddl.ts';
