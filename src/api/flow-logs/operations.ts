// The three operations over one registry, as the control port and the command line call them:
// JSON in, AWS's answer out.
import type {
  CreateFlowLogsResult,
  DeleteFlowLogsResult,
  DescribeFlowLogsResult,
} from '../../aws/flow-log.ts';
import type { RandomBytes } from '../../aws/ids.ts';
import type { Snapshot } from '../../spine/topology.ts';
import { createFlowLogs } from './create.ts';
import { deleteFlowLogs } from './delete.ts';
import { describeFlowLogs, type DeliveryState } from './describe.ts';
import type { FlowLogRegistry } from './registry.ts';
import {
  readCreateFlowLogsRequest,
  readDeleteFlowLogsRequest,
  readDescribeFlowLogsRequest,
} from './requests.ts';

export interface FlowLogOperationsDeps {
  readonly registry: FlowLogRegistry;
  readonly snapshot: () => Snapshot;
  /** The store's last sequence; 0 when it is empty. */
  readonly lastSequence: () => number;
  readonly deliveryState: (flowLogId: string) => DeliveryState | null;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
}

/** Bodies are unknown JSON; every method throws AwsError for a fault of the caller. */
export interface FlowLogOperations {
  create(body: unknown): Promise<CreateFlowLogsResult>;
  describe(body: unknown): Promise<DescribeFlowLogsResult>;
  delete(body: unknown): Promise<DeleteFlowLogsResult>;
}

export function createFlowLogOperations(deps: FlowLogOperationsDeps): FlowLogOperations {
  return {
    async create(body) {
      return createFlowLogs(readCreateFlowLogsRequest(body), {
        registry: deps.registry,
        snapshot: deps.snapshot(),
        lastSequence: deps.lastSequence(),
        nowMs: deps.now(),
        randomBytes: deps.randomBytes,
      });
    },
    async describe(body) {
      return describeFlowLogs(readDescribeFlowLogsRequest(body), deps);
    },
    async delete(body) {
      return deleteFlowLogs(readDeleteFlowLogsRequest(body), deps);
    },
  };
}
