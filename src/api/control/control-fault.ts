// Faults of a control request, and how any fault becomes an answer.
import { OperationError } from '../../observe/operation-error.ts';

/** The caller's fault: an HTTP status, a stable code, one line. */
export class ControlFault extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ControlFault';
    this.status = status;
    this.code = code;
  }
}

export interface ControlAnswer {
  readonly status: number;
  readonly body: { readonly code: string; readonly message: string };
}

/**
 * The answer for anything thrown. Errors of other rooms that carry AWS's `code` and `status`
 * (a refused CreateFlowLogs) keep them; a bug is answered without its text.
 */
export function toAnswer(fault: unknown): ControlAnswer {
  if (fault instanceof OperationError) {
    const status = fault.code === 'invalid-input' ? 400 : fault.code === 'not-found' ? 404 : 503;
    return { status, body: { code: fault.code, message: fault.message } };
  }
  if (
    fault instanceof Error &&
    'code' in fault &&
    typeof fault.code === 'string' &&
    'status' in fault &&
    typeof fault.status === 'number'
  ) {
    return { status: fault.status, body: { code: fault.code, message: fault.message } };
  }
  return { status: 500, body: { code: 'InternalError', message: 'weir failed; see its log' } };
}
