// The words of a tail (FORMAT, FILTER) as what the store can be asked.
import { OperationError } from '../observe/operation-error.ts';
import { filterCondition } from '../query/filter-sql.ts';
import { LogFormatError, parseLogFormat, type LogFormat } from '../records/log-format.ts';
import type { LineRequest } from './record-lines.ts';

/** @throws OperationError `invalid-input` with the place of the fault */
export function readLineRequest(words: {
  readonly format: string;
  readonly filter: string;
  readonly output: 'text' | 'json';
}): LineRequest {
  return {
    format: readFormat(words.format),
    output: words.output,
    where: words.filter.trim() === '' ? null : filterCondition(words.filter),
  };
}

function readFormat(text: string): LogFormat {
  try {
    return parseLogFormat(text, 'vpc');
  } catch (cause) {
    if (!(cause instanceof LogFormatError)) throw cause;
    throw new OperationError('invalid-input', cause.message, { cause });
  }
}
