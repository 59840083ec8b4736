// What the settings of a flow log may be, one by one; creation and modification check them alike
// (spec/api.md 2).
import { awsFaults } from '../../aws/aws-error.ts';
import {
  FILE_FORMATS,
  TRAFFIC_TYPES,
  type AggregationSeconds,
  type FlowLogResourceType,
  type FlowLogSettings,
  type LogDestinationType,
  type TrafficType,
} from '../../aws/flow-log.ts';
import type { CreateFlowLogsRequest } from '../../aws/flow-log-shapes.ts';
import type { EcsCluster, Snapshot } from '../../spine/topology.ts';
import { isTransitGateway, type Owner } from './observed-resource.ts';

const QUOTED_CHARACTERS_MAX = 80;

/** How objects in S3 are laid out. */
export type ObjectSettings = Pick<
  FlowLogSettings,
  'fileFormat' | 'hiveCompatiblePartitions' | 'perHourPartition'
>;

const PLAIN_OBJECTS: ObjectSettings = {
  fileFormat: 'plain-text',
  hiveCompatiblePartitions: false,
  perHourPartition: false,
};

/** Required, but for transit gateways, which know no action. @throws AwsError */
export function checkTrafficType(
  type: string | undefined,
  resourceType: FlowLogResourceType,
): TrafficType | null {
  if (isTransitGateway(resourceType)) {
    if (type === undefined) return null;
    throw awsFaults.trafficTypeUnsupported();
  }
  if (type === undefined) throw awsFaults.parameterMissing('TrafficType');
  const known = TRAFFIC_TYPES.find((candidate) => candidate === type);
  if (known !== undefined) return known;
  throw awsFaults.valueInvalid(quoted(type), 'TrafficType', oneOf(TRAFFIC_TYPES));
}

/** Transit gateways have 60 seconds and nothing else. @throws AwsError */
export function checkInterval(
  seconds: number | undefined,
  resourceType: FlowLogResourceType,
): AggregationSeconds {
  const isGateway = isTransitGateway(resourceType);
  if (seconds === undefined) return isGateway ? 60 : 600;
  if (seconds !== 60 && seconds !== 600) throw awsFaults.intervalInvalid();
  if (isGateway && seconds === 600) throw awsFaults.gatewayIntervalInvalid();
  return seconds;
}

/**
 * Options of objects in S3; other destinations take none but the defaults.
 *
 * @param before what holds for the options that are not given
 * @throws AwsError
 */
export function checkDestinationOptions(
  options: CreateFlowLogsRequest['DestinationOptions'] = {},
  destinationType: LogDestinationType,
  before: ObjectSettings = PLAIN_OBJECTS,
): ObjectSettings {
  const wanted = options.FileFormat ?? before.fileFormat;
  const fileFormat = FILE_FORMATS.find((candidate) => candidate === wanted);
  if (fileFormat === undefined) {
    const allowed = oneOf(FILE_FORMATS);
    throw awsFaults.valueInvalid(quoted(wanted), 'DestinationOptions.FileFormat', allowed);
  }
  const checked = {
    fileFormat,
    hiveCompatiblePartitions: options.HiveCompatiblePartitions ?? before.hiveCompatiblePartitions,
    perHourPartition: options.PerHourPartition ?? before.perHourPartition,
  };
  const isPlain =
    fileFormat === 'plain-text' && !checked.hiveCompatiblePartitions && !checked.perHourPartition;
  if (destinationType === 's3' || isPlain) return checked;
  throw awsFaults.notApplicable('DestinationOptions', destinationType);
}

/**
 * ECS fields need a cluster of the flow log's owner to be there (spec/records.md 5.6).
 *
 * @throws AwsError
 */
export function checkEcsCluster(owner: Owner, snapshot: Snapshot): void {
  const isOwners = ({ accountId, region }: EcsCluster): boolean =>
    accountId === owner.accountId && region === owner.region;
  if (![...snapshot.ecsClusters.values()].some(isOwners)) throw awsFaults.ecsClusterMissing();
}

function oneOf(values: readonly string[]): string {
  return `Valid values: ${values.join(', ')}.`;
}

function quoted(text: string): string {
  return text.slice(0, QUOTED_CHARACTERS_MAX);
}
