// What SQL of a user may be: one statement that only reads. DuckDB's own parser says what kind it
// is; the locked configuration (reader.ts) keeps even those away from files and the network.
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';

import { OperationError } from '../observe/operation-error.ts';
import { loadDuckDb } from './duckdb.ts';

const EXPLAIN = /^\s*EXPLAIN\s+(\([^)]*\)\s*)?(ANALYZE\s+)?/i;
const ALLOWED = 'only a single SELECT, WITH, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN is allowed';

/**
 * Prepares the statement, checked.
 *
 * @throws OperationError `invalid-input` for wrong SQL (DuckDB's words, with its caret line) and
 *   for every statement that is not a query
 */
export async function prepareQuery(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  const { api } = await loadDuckDb();
  const prepared = await prepareSingle(connection, sql);
  const type = prepared.statementType;
  if (type === api.StatementType.EXPLAIN) {
    // EXPLAIN ANALYZE runs what it explains.
    const inner = await prepareSingle(connection, withoutComments(sql).replace(EXPLAIN, ''));
    if (inner.statementType !== api.StatementType.SELECT) {
      throw refused(inner.statementType, api);
    }
  } else if (type !== api.StatementType.SELECT) {
    throw refused(type, api);
  }
  if (prepared.parameterCount > 0) {
    throw new OperationError('invalid-input', 'Parameters ("?", "$1") are not supported here');
  }
  return prepared;
}

async function prepareSingle(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  if (withoutComments(sql).replaceAll(';', '').trim() === '') {
    throw new OperationError('invalid-input', 'The query is empty');
  }
  try {
    const extracted = await connection.extractStatements(sql);
    if (extracted.count !== 1) {
      throw new OperationError('invalid-input', `${extracted.count} statements: ${ALLOWED}`);
    }
    return await extracted.prepare(0);
  } catch (cause) {
    throw toQueryError(cause);
  }
}

function refused(
  type: number,
  api: { readonly StatementType: Readonly<Record<number, string>> },
): OperationError {
  const kind = (api.StatementType[type] ?? 'This').replaceAll('_', ' ');
  return new OperationError('invalid-input', `${kind} is refused: ${ALLOWED}`);
}

/** Leading comments would hide EXPLAIN; the rest of the text is not looked at. */
function withoutComments(sql: string): string {
  return sql.replace(/^(\s*(--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/))+/, '');
}

/**
 * DuckDB's fault in a query as ours: its words and hint on one line, then, where it points at a
 * place in the SQL, that line and the caret below.
 */
export function toQueryError(cause: unknown): OperationError {
  if (cause instanceof OperationError) return cause;
  const text = (cause instanceof Error ? cause.message : String(cause)).replace(
    /^Failed to (extract|prepare) statements?: /,
    '',
  );
  const [words = '', place] = text.split(/\n+(?=LINE \d+:)/, 2);
  const sentence = words.trim().replaceAll(/\s*\n\s*/g, ' ');
  const message = place === undefined ? sentence : `${sentence}\n${place.trimEnd()}`;
  const isFault = /^(INTERNAL|FATAL|IO|Out of Memory)/i.test(message);
  return new OperationError(isFault ? 'failed' : 'invalid-input', message, { cause });
}
