import type { AwsError } from '../../aws/aws-error.ts';
import type { UnsuccessfulItem } from '../../aws/flow-log-shapes.ts';

/** An entry of an answer's Unsuccessful: the flow log or resource, and why. */
export function unsuccessfulItem(id: string, fault: AwsError): UnsuccessfulItem {
  return { ResourceId: id, Error: { Code: fault.code, Message: fault.message } };
}
