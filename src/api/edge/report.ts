// What the log and the metrics tell of a call. Names that a client chose are told only where they
// look like what they should be, or are known here: a secret pasted into the wrong place must not
// reach a log, and a metric's labels are few.
import type { Logger, Metrics } from '../../observe/index.ts';

/** What is known of a call so far; filled while it is served. */
export interface Trace {
  readonly requestId: string;
  readonly startedMs: number;
  service: string;
  /** Known here, so the service may be told as it is. */
  isNamedService: boolean;
  /** Of the credential scope; claimed until `isAuthentic`. */
  region: string | null;
  accessKeyId: string | null;
  isAuthentic: boolean;
  /** As the client asked for it. */
  action: string | null;
  /** Null until the service has it. */
  operation: string | null;
}

/** How a call ended. */
export interface Outcome {
  /** HTTP status. */
  readonly status: number;
  /** AWS's error code, or `OK`. */
  readonly code: string;
  /** One line of ours about a fault of the world; null otherwise. */
  readonly reason: string | null;
}

export interface ReportDeps {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const READ_ACTION = /^(?:Describe|Get|List|Head|Batch?Get|Filter|Lookup)/;

/**
 * Makes the reporter. One line per call: what changes something and what is refused at `info`,
 * reading at `debug`, faults on our side at `warn`.
 */
export function createReport(deps: ReportDeps): (trace: Trace, outcome: Outcome) => void {
  const { log, metrics, now } = deps;
  const requests = metrics.counter('weir_api_requests_total', 'Calls of AWS APIs by their outcome');
  const seconds = metrics.counter(
    'weir_api_request_seconds_sum',
    'Seconds from the head of a call to its answer',
  );
  const count = metrics.counter('weir_api_request_seconds_count', 'Calls that the sum is over');

  return (trace, outcome) => {
    const durationMs = Math.max(0, now() - trace.startedMs);
    const service = trace.isNamedService ? trace.service : 'other';
    const operation = trace.operation ?? 'none';
    requests.add(1, { service, operation, code: outcome.code });
    seconds.add(durationMs / 1000, { service, operation });
    count.add(1, { service, operation });

    const action = trace.operation ?? loggedAction(trace);
    const { status, code, reason } = outcome;
    const message = `${service} ${action ?? 'call'}: ${status}${code === 'OK' ? '' : ` ${code}`}`;
    log[levelOf(outcome, action)]('api.request', message, {
      requestId: trace.requestId,
      service,
      operation: action,
      region: loggedRegion(trace),
      accessKeyId: loggedKey(trace),
      status,
      code,
      durationMs,
      ...(reason === null ? {} : { reason }),
    });
  };
}

function levelOf({ status, code }: Outcome, action: string | null): 'debug' | 'info' | 'warn' {
  if (status >= 500) return 'warn';
  const isRead = READ_ACTION.test(action ?? '');
  return isRead && code === 'OK' ? 'debug' : 'info';
}

/**
 * What somebody with a key asked for that is not here: what an operator wants to know. Words only:
 * random text, as secrets are, is none.
 */
function loggedAction({ action, isAuthentic }: Trace): string | null {
  if (!isAuthentic || action === null) return null;
  return /^(?:[A-Z][a-z]{1,20}[0-9]?){2,8}$/.test(action) ? action : null;
}

function loggedRegion({ region, isAuthentic }: Trace): string | null {
  if (region === null) return null;
  return isAuthentic || /^[a-z]{2,4}(?:-[a-z]{2,12}){1,2}-\d{1,2}$/.test(region) ? region : null;
}

function loggedKey({ accessKeyId, isAuthentic }: Trace): string | null {
  if (accessKeyId === null) return null;
  return isAuthentic || /^A[KS]IA[A-Z0-9]{12,20}$/.test(accessKeyId) ? accessKeyId : null;
}
