// What CreateFlowLogs accepts, checked in the order of spec/api.md 2.1: parameters, destination,
// interval, format, roles. What depends on the resources is checked per resource by the operation.
import { awsFaults } from '../../aws/aws-error.ts';
import {
  RESOURCE_TYPES,
  type FlowLog,
  type FlowLogResourceType,
  type FlowLogSettings,
} from '../../aws/flow-log.ts';
import type { CreateFlowLogsRequest } from '../../aws/flow-log-shapes.ts';
import type { CallScope } from './call-scope.ts';
import {
  checkDestination,
  checkDestinationRegion,
  checkRoles,
  type Destination,
} from './destination-rules.ts';
import { checkLogFormat, checkTagFieldSpecifications } from './format-rules.ts';
import { idFault, isTransitGateway } from './observed-resource.ts';
import { checkDestinationOptions, checkInterval, checkTrafficType } from './setting-rules.ts';
import { checkTagSpecifications } from './tag-rules.ts';

const RESOURCE_IDS_MAX = 300;
const TRANSIT_GATEWAY_IDS_MAX = 25;
const CLIENT_TOKEN_CHARACTERS_MAX = 64;

/** A request whose parameters are in order. */
export interface CheckedCreate {
  readonly resourceIds: readonly string[];
  readonly resourceType: FlowLogResourceType;
  readonly settings: FlowLogSettings;
  readonly destination: Destination;
  readonly tags: FlowLog['tags'];
  readonly hasEcsFields: boolean;
  /** Unix milliseconds from which records are delivered; null begins now. */
  readonly startTimeMs: number | null;
}

/**
 * Checks the request's parameters and fills in AWS's defaults.
 *
 * @param nowMs Unix milliseconds
 * @throws AwsError of the first fault
 */
export function checkCreateRequest(
  request: CreateFlowLogsRequest,
  scope: CallScope,
  nowMs: number,
): CheckedCreate {
  const { ids: resourceIds, type: resourceType } = checkResources(request);
  const trafficType = checkTrafficType(request.TrafficType, resourceType);
  checkClientToken(request.ClientToken);
  const startTimeMs = checkStartTime(request.StartTime, nowMs);
  const tags = checkTagSpecifications(request.TagSpecifications);
  const tagFieldSpecifications = checkTagFieldSpecifications(request.TagFieldSpecifications);
  const destination = checkDestination(request);
  if (scope.region !== null) checkDestinationRegion(destination, scope.region);
  const options = checkDestinationOptions(request.DestinationOptions, destination.type);
  const maxAggregationInterval = checkInterval(request.MaxAggregationInterval, resourceType);
  const { LogFormat: text } = request;
  const format = checkLogFormat(text, tagFieldSpecifications, resourceType, scope);
  checkRoles(destination);
  return {
    resourceIds,
    resourceType,
    settings: {
      trafficType,
      logFormat: format.logFormat,
      maxAggregationInterval,
      ...options,
      tagFieldSpecifications,
    },
    destination,
    tags,
    hasEcsFields: format.hasEcsFields,
    startTimeMs,
  };
}

function checkResources(request: CreateFlowLogsRequest): {
  readonly ids: readonly string[];
  readonly type: FlowLogResourceType;
} {
  const ids = request.ResourceIds ?? [];
  if (ids.length === 0) throw awsFaults.parameterMissing('ResourceIds');
  if (request.ResourceType === undefined) throw awsFaults.parameterMissing('ResourceType');
  const type = RESOURCE_TYPES.find((candidate) => candidate === request.ResourceType);
  if (type === undefined) {
    // AWS's Cloud WAN types among them: their records are of a format of their own.
    const allowed = `Valid values: ${RESOURCE_TYPES.join(', ')}.`;
    throw awsFaults.valueInvalid(request.ResourceType.slice(0, 80), 'ResourceType', allowed);
  }
  const countMax = isTransitGateway(type) ? TRANSIT_GATEWAY_IDS_MAX : RESOURCE_IDS_MAX;
  if (ids.length > countMax) {
    const allowed = `At most ${countMax} resources of type ${type} per request.`;
    throw awsFaults.valueInvalid(`${ids.length} ids`, 'ResourceIds', allowed);
  }
  for (const id of ids) {
    const fault = idFault(id, type);
    if (fault !== null) throw fault;
  }
  return { ids, type };
}

function checkClientToken(token: string | undefined): void {
  if (token === undefined) return;
  const isAscii = /^[\x20-\x7e]+$/.test(token);
  if (isAscii && token.length <= CLIENT_TOKEN_CHARACTERS_MAX) return;
  const allowed = `1 to ${CLIENT_TOKEN_CHARACTERS_MAX} ASCII characters.`;
  throw awsFaults.valueInvalid(token.slice(0, 80), 'ClientToken', allowed);
}

function checkStartTime(text: string | undefined, nowMs: number): number | null {
  if (text === undefined) return null;
  const timeMs = Date.parse(text);
  if (timeMs >= 0 && timeMs <= nowMs) return timeMs;
  throw awsFaults.valueInvalid(text, 'StartTime', 'It must be a time since 1970 that has passed.');
}
