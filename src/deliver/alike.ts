// Which flow logs show the same records of a group in the same way, so that one read serves all.
import type { FlowLog, FlowLogSettings } from '../aws/flow-log.ts';
import type { LogFormatScope } from '../records/log-format.ts';
import type { CommitLog } from './commit-log.ts';
import type { Group } from './group.ts';
import type { RecordScope } from './record-reader.ts';
import type { SettledFlowLog } from './text-objects.ts';
import { deliverableSettingsAt, undeliverableCause } from './undeliverable.ts';

/** Whether the flow log's records are those of a transit gateway or of network interfaces. */
export function logFormatScope({ resourceType }: Pick<FlowLog, 'resourceType'>): LogFormatScope {
  const isGateway =
    resourceType === 'TransitGateway' || resourceType === 'TransitGatewayAttachment';
  return isGateway ? 'tgw' : 'vpc';
}

/** Scopes of the flow logs that want the group's records to look as the given one does. */
export function scopesAlike(
  flowLogs: readonly FlowLog[],
  like: FlowLog,
  group: Group,
  commits: CommitLog,
): readonly RecordScope[] {
  const look = lookOf(like, deliverableSettingsAt(like, group.firstSequence));
  return flowLogs
    .filter((flowLog) => {
      const settings = deliverableSettingsAt(flowLog, group.firstSequence);
      if (lookOf(flowLog, settings) !== look) return false;
      if (undeliverableCause(flowLog, settings) !== null) return false;
      return commits.mayConcern(flowLog.resourceId, group.firstSequence, group.lastSequence);
    })
    .map(({ resourceType, resourceId }) => ({ resourceType, resourceId }));
}

/** Texts of settings, which are asked for a thousand times per group and never change. */
const LOOKS = new WeakMap<FlowLogSettings, string>();

/** Equal for flow logs whose lines differ by their resource only. */
function lookOf(flowLog: FlowLog, settings: FlowLogSettings): string {
  const known = LOOKS.get(settings);
  if (known !== undefined) return known;
  const look = describe({ ...flowLog, ...settings });
  LOOKS.set(settings, look);
  return look;
}

function describe(flowLog: SettledFlowLog): string {
  const { logFormat, trafficType, maxAggregationInterval, tagFieldSpecifications } = flowLog;
  const owner = tagFieldSpecifications.length === 0 ? null : flowLog.accountId;
  return JSON.stringify([
    logFormatScope(flowLog),
    logFormat,
    trafficType,
    maxAggregationInterval,
    tagFieldSpecifications,
    owner,
  ]);
}
