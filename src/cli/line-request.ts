// The words of a command (FORMAT, FILTER) as what the store can be asked.
import { OperationError } from '../observe/operation-error.ts';
import { FilterError, filterToSql, parseFilter, type FilterNode } from '../query/index.ts';
import { LogFormatError, parseLogFormat, type LogFormat } from '../records/log-format.ts';
import type { LineRequest } from './record-lines.ts';

/** @throws OperationError `invalid-input` with the place of the fault */
export function readLineRequest(words: {
  readonly format: string;
  readonly filter: string;
  readonly output: 'text' | 'json';
}): LineRequest {
  const filter = readFilter(words.filter);
  return {
    format: readFormat(words.format),
    output: words.output,
    where: filter === null ? null : filterToSql(filter),
  };
}

/**
 * The filter, or null for blank text.
 *
 * @throws OperationError `invalid-input` with the place of the fault
 */
export function readFilter(text: string): FilterNode | null {
  try {
    return parseFilter(text);
  } catch (cause) {
    if (!(cause instanceof FilterError)) throw cause;
    throw new OperationError('invalid-input', cause.message, { cause });
  }
}

function readFormat(text: string): LogFormat {
  try {
    return parseLogFormat(text, 'vpc');
  } catch (cause) {
    if (!(cause instanceof LogFormatError)) throw cause;
    throw new OperationError('invalid-input', cause.message, { cause });
  }
}
