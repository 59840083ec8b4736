// Which flow logs a resource may have side by side: 250 at most, and no two alike.
import { awsFaults, type AwsError } from '../../aws/aws-error.ts';
import type { FlowLog } from '../../aws/flow-log.ts';
import { placeOf } from './destination-rules.ts';

const FLOW_LOGS_PER_RESOURCE_MAX = 250;

export interface Conflicts {
  /** Why the flow log may not be created beside the others, or null. */
  faultOf(flowLog: FlowLog): AwsError | null;
  /** A fault when another flow log of the resource delivers the same to the same place. */
  twinFaultOf(flowLog: FlowLog): AwsError | null;
  add(flowLog: FlowLog): void;
  /** Puts the flow log in the place of the one that has its id. */
  replace(flowLog: FlowLog): void;
}

/** An index of what exists, by resource; made once for a call. */
export function createConflicts(flowLogs: readonly FlowLog[]): Conflicts {
  const byResource = new Map<string, FlowLog[]>();
  const siblingsOf = ({ resourceId }: FlowLog): FlowLog[] => byResource.get(resourceId) ?? [];
  const add = (flowLog: FlowLog): void => {
    const siblings = siblingsOf(flowLog);
    if (siblings.length === 0) byResource.set(flowLog.resourceId, siblings);
    siblings.push(flowLog);
  };
  const twinFaultOf = (flowLog: FlowLog): AwsError | null => {
    const place = placeOf(flowLog);
    const hasTwin = siblingsOf(flowLog).some((sibling) => isTwin(sibling, flowLog, place));
    return hasTwin ? awsFaults.alreadyExists() : null;
  };
  for (const flowLog of flowLogs) add(flowLog);
  return {
    add,
    twinFaultOf,
    replace(flowLog) {
      const siblings = siblingsOf(flowLog);
      const index = siblings.findIndex((sibling) => sibling.flowLogId === flowLog.flowLogId);
      siblings.splice(index, 1, flowLog);
    },
    faultOf(flowLog) {
      // Unverified: that AWS reports these two per resource and not for the call as a whole.
      const twinFault = twinFaultOf(flowLog);
      if (twinFault !== null || siblingsOf(flowLog).length < FLOW_LOGS_PER_RESOURCE_MAX) {
        return twinFault;
      }
      return awsFaults.limitExceeded(flowLog.resourceId, FLOW_LOGS_PER_RESOURCE_MAX);
    },
  };
}

// Unverified: whether AWS compares more than resource, destination and traffic type. An ACCEPT and
// a REJECT flow log to one destination are documented as usual (spec/delivery.md 2).
function isTwin(sibling: FlowLog, flowLog: FlowLog, place: string): boolean {
  return (
    sibling.flowLogId !== flowLog.flowLogId &&
    sibling.trafficType === flowLog.trafficType &&
    placeOf(sibling) === place
  );
}
