// The fields whose value an interface decides, not the flow: which property of its identity each
// shows. Text output, JSON output and the store's columns all read this one list.
import type { Field } from '../spine/fields.ts';
import type { InterfaceIdentity } from '../spine/record.ts';

type IdentityKey = {
  [K in keyof InterfaceIdentity]: InterfaceIdentity[K] extends string | null ? K : never;
}[keyof InterfaceIdentity];

/** AWS's field name -> property of InterfaceIdentity. */
export const IDENTITY_OF_FIELD: ReadonlyMap<string, IdentityKey> = new Map<string, IdentityKey>([
  ['account-id', 'accountId'],
  ['interface-id', 'interfaceId'],
  ['vpc-id', 'vpcId'],
  ['subnet-id', 'subnetId'],
  ['instance-id', 'instanceId'],
  ['region', 'region'],
  ['az-id', 'azId'],
  ['sublocation-type', 'sublocationType'],
  ['sublocation-id', 'sublocationId'],
  ['ecs-cluster-arn', 'ecsClusterArn'],
  ['ecs-cluster-name', 'ecsClusterName'],
  ['ecs-container-instance-arn', 'ecsContainerInstanceArn'],
  ['ecs-container-instance-id', 'ecsContainerInstanceId'],
  ['ecs-container-id', 'ecsContainerId'],
  ['ecs-second-container-id', 'ecsSecondContainerId'],
  ['ecs-service-name', 'ecsServiceName'],
  ['ecs-task-definition-arn', 'ecsTaskDefinitionArn'],
  ['ecs-task-arn', 'ecsTaskArn'],
  ['ecs-task-id', 'ecsTaskId'],
  ['resource-id', 'resourceId'],
  ['interface-type', 'interfaceType'],
  ['tgw-id', 'transitGatewayId'],
  ['tgw-attachment-id', 'transitGatewayAttachmentId'],
  ['x-interface-name', 'interfaceName'],
]);

/**
 * The value that every OK record of an interface shows in a field that is not the flow's own.
 *
 * @param version the format's version
 * @returns the text, or null for `-`
 */
export function interfaceValue(
  field: Field,
  identity: InterfaceIdentity,
  version: number,
): string | null {
  if (field.name === 'version') return String(version);
  if (field.name === 'log-status') return 'OK';
  const key = IDENTITY_OF_FIELD.get(field.name);
  return key === undefined ? null : identity[key];
}

/** What is told of an interface that no inventory has; null stands for no interface at all. */
export function bareIdentity(
  accountId: string,
  region: string | null,
  interfaceId: string | null,
  interfaceName: string | null,
): InterfaceIdentity {
  return {
    accountId,
    interfaceId,
    vpcId: null,
    subnetId: null,
    instanceId: null,
    region,
    azId: null,
    sublocationType: null,
    sublocationId: null,
    interfaceType: null,
    resourceId: null,
    transitGatewayId: null,
    transitGatewayAttachmentId: null,
    transitGatewayAccountId: null,
    ecsClusterArn: null,
    ecsClusterName: null,
    ecsContainerInstanceArn: null,
    ecsContainerInstanceId: null,
    ecsContainerId: null,
    ecsSecondContainerId: null,
    ecsServiceName: null,
    ecsTaskDefinitionArn: null,
    ecsTaskArn: null,
    ecsTaskId: null,
    instanceTags: {},
    interfaceTags: {},
    autoScalingGroupTags: {},
    interfaceName,
  };
}
