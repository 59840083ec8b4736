// ModifyFlowLogs, beyond AWS: other settings for flow logs that exist. They hold from the next
// window that is committed; what was committed before is still delivered as it was wanted then.
import { AwsError, awsFaults } from '../../aws/aws-error.ts';
import type { FlowLog, FlowLogSettings, FormerSettings } from '../../aws/flow-log.ts';
import type {
  ModifyFlowLogsRequest,
  ModifyFlowLogsResult,
  UnsuccessfulItem,
} from '../../aws/flow-log-shapes.ts';
import type { Snapshot } from '../../spine/topology.ts';
import type { CallScope } from './call-scope.ts';
import { createConflicts } from './conflicts.ts';
import type { FlowLogDeps } from './flow-log-deps.ts';
import { checkLogFormat, checkTagFieldSpecifications, hasTagFields } from './format-rules.ts';
import { chosenFlowLogs } from './chosen-flow-logs.ts';
import {
  checkDestinationOptions,
  checkEcsCluster,
  checkInterval,
  checkTrafficType,
} from './setting-rules.ts';
import { unsuccessfulItem } from './unsuccessful.ts';

const FORMER_SETTINGS_MAX = 100;

const SETTINGS = [
  'TrafficType',
  'LogFormat',
  'MaxAggregationInterval',
  'DestinationOptions',
  'TagFieldSpecifications',
] as const;

/**
 * Modifies flow logs; settings that are not given stay.
 *
 * @returns ids of those that now have the settings, also where they had them before
 * @throws AwsError when the request as a whole is refused; nothing is modified then
 * @throws OperationError when the registry cannot be written
 */
export async function modifyFlowLogs(
  request: ModifyFlowLogsRequest,
  scope: CallScope,
  deps: FlowLogDeps,
): Promise<ModifyFlowLogsResult> {
  if (request.DryRun === true) throw awsFaults.dryRun();
  if (SETTINGS.every((name) => request[name] === undefined)) {
    throw awsFaults.parameterMissing(SETTINGS.join(' or '));
  }
  return deps.registry.update((state) => {
    const chosen = chosenFlowLogs(request.FlowLogIds, state.flowLogs, scope);
    const conflicts = createConflicts(state.flowLogs);
    const snapshot = deps.snapshot();
    const modified = new Map<string, FlowLog>();
    const flowLogIds: string[] = [];
    const unsuccessful: UnsuccessfulItem[] = [];
    for (const flowLog of chosen) {
      const settings = wantedSettings(request, flowLog, scope, snapshot);
      const changed = withSettings(flowLog, settings, deps);
      const next =
        changed instanceof AwsError ? changed : (conflicts.twinFaultOf(changed) ?? changed);
      if (next instanceof AwsError) {
        unsuccessful.push(unsuccessfulItem(flowLog.flowLogId, next));
        continue;
      }
      flowLogIds.push(flowLog.flowLogId);
      modified.set(flowLog.flowLogId, next);
      conflicts.replace(next);
    }
    const result = { FlowLogIds: flowLogIds, Unsuccessful: unsuccessful };
    if (chosen.every((flowLog) => (modified.get(flowLog.flowLogId) ?? flowLog) === flowLog)) {
      return { state, result };
    }
    const flowLogs = state.flowLogs.map((flowLog) => modified.get(flowLog.flowLogId) ?? flowLog);
    return { state: { ...state, flowLogs }, result };
  });
}

/** The flow log's settings with those of the request, checked by the rules of creation. */
function wantedSettings(
  request: ModifyFlowLogsRequest,
  flowLog: FlowLog,
  scope: CallScope,
  snapshot: Snapshot,
): FlowLogSettings {
  const { resourceType, logDestinationType } = flowLog;
  const { TrafficType: traffic, MaxAggregationInterval: interval } = request;
  return {
    trafficType:
      traffic === undefined ? flowLog.trafficType : checkTrafficType(traffic, resourceType),
    maxAggregationInterval:
      interval === undefined
        ? flowLog.maxAggregationInterval
        : checkInterval(interval, resourceType),
    ...checkDestinationOptions(request.DestinationOptions, logDestinationType, flowLog),
    ...wantedFormat(request, flowLog, scope, snapshot),
  };
}

function wantedFormat(
  request: ModifyFlowLogsRequest,
  flowLog: FlowLog,
  scope: CallScope,
  snapshot: Snapshot,
): Pick<FlowLogSettings, 'logFormat' | 'tagFieldSpecifications'> {
  const { LogFormat: text, TagFieldSpecifications: given } = request;
  const { logFormat: before, resourceType } = flowLog;
  // A format that is not touched is not judged again: it may be one of Weir's words written out.
  if (text === undefined && given === undefined) {
    return { logFormat: before, tagFieldSpecifications: flowLog.tagFieldSpecifications };
  }
  const chosen =
    given === undefined ? flowLog.tagFieldSpecifications : checkTagFieldSpecifications(given);
  // A format without tag fields lets go of the keys that the former one needed.
  const isLetGo = given === undefined && text !== undefined && !feedsOn(text, resourceType, scope);
  const tagFieldSpecifications = isLetGo ? [] : chosen;
  const format = checkLogFormat(text ?? before, tagFieldSpecifications, resourceType, scope);
  if (format.hasEcsFields) checkEcsCluster(flowLog, snapshot);
  return { logFormat: format.logFormat, tagFieldSpecifications };
}

function feedsOn(text: string, resourceType: FlowLog['resourceType'], scope: CallScope): boolean {
  return text === 'all' && scope.region === null ? true : hasTagFields(text, resourceType);
}

/** The same flow log when nothing changes, a changed one, or why it cannot be changed now. */
function withSettings(
  flowLog: FlowLog,
  settings: FlowLogSettings,
  deps: FlowLogDeps,
): FlowLog | AwsError {
  const former = settingsOf(flowLog);
  if (JSON.stringify(former) === JSON.stringify(settingsOf(settings))) return flowLog;
  const untilSequence = deps.lastSequence();
  // Settings that no commit had to do with, neither before nor since, leave no trace.
  const lastUntil = flowLog.formerSettings.at(-1)?.untilSequence ?? flowLog.startSequence;
  if (untilSequence <= lastUntil) return { ...flowLog, ...settings };
  const formerSettings = withinLimit(
    [...flowLog.formerSettings, { ...former, untilSequence }],
    () => deliveredSequenceOf(flowLog, deps),
  );
  if (formerSettings !== null) return { ...flowLog, ...settings, formerSettings };
  return awsFaults.modifiedTooOften(flowLog.flowLogId, FORMER_SETTINGS_MAX);
}

/** Forgets what is delivered when there is too much; null when there still is. */
function withinLimit(
  all: readonly FormerSettings[],
  deliveredSequence: () => number,
): readonly FormerSettings[] | null {
  if (all.length <= FORMER_SETTINGS_MAX) return all;
  const delivered = deliveredSequence();
  const needed = all.filter((former) => former.untilSequence > delivered);
  return needed.length <= FORMER_SETTINGS_MAX ? needed : null;
}

function deliveredSequenceOf({ flowLogId, startSequence }: FlowLog, deps: FlowLogDeps): number {
  return deps.deliveryState(flowLogId)?.deliveredSequence ?? startSequence;
}

/** Only the settings, in one order, so that equal ones are equal as text. */
function settingsOf(settings: FlowLogSettings): FlowLogSettings {
  return {
    trafficType: settings.trafficType,
    logFormat: settings.logFormat,
    maxAggregationInterval: settings.maxAggregationInterval,
    fileFormat: settings.fileFormat,
    hiveCompatiblePartitions: settings.hiveCompatiblePartitions,
    perHourPartition: settings.perHourPartition,
    tagFieldSpecifications: settings.tagFieldSpecifications.map(({ ResourceType, TagKeys }) => ({
      ResourceType,
      TagKeys,
    })),
  };
}
