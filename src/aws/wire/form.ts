// Forms of the query protocols: `Action=DescribeFlowLogs&FlowLogId.1=fl-1`, in a body or behind the
// `?` of an address (spec/api.md 1). Only pairs come out of here; what they mean is for
// query-decoder.ts.
import { AwsError } from '../aws-error.ts';

/** One decoded `name=value`. */
export interface FormPair {
  readonly name: string;
  readonly value: string;
}

/** Pairs of one request; the largest legal ones name 1,000 ids and some hundred filter values. */
export const FORM_PAIRS_MAX = 8192;

/**
 * Decodes a form. `+` is a space, since clients write a LogFormat so.
 *
 * @throws AwsError `MalformedQueryString` for broken percent-encoding or too many pairs
 */
export function decodeForm(form: string): FormPair[] {
  const pairs: FormPair[] = [];
  // Cut one by one: what stands behind any number of `&` is read or refused, never passed over.
  for (let start = 0, end = 0; start <= form.length; start = end + 1) {
    end = form.indexOf('&', start);
    if (end === -1) end = form.length;
    if (end === start) continue;
    if (pairs.length === FORM_PAIRS_MAX) {
      throw malformed(`The request has more than ${FORM_PAIRS_MAX} parameters`);
    }
    const part = form.slice(start, end);
    const equals = part.indexOf('=');
    const nameEnd = equals === -1 ? part.length : equals;
    const value = decodePart(part.slice(nameEnd + 1));
    pairs.push({ name: decodePart(part.slice(0, nameEnd)), value });
  }
  return pairs;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw malformed('The query string contains a syntax error: broken percent-encoding');
  }
}

// Unverified: AWS documents the code and "The query string contains a syntax error", with status
// 404, which no client expects of a POST.
function malformed(message: string): AwsError {
  return new AwsError('MalformedQueryString', 400, message);
}
