import { bareIdentity } from '../records/identity-values.ts';
import type { InterfaceIdentity } from '../spine/record.ts';
import type { Eni, Instance, Snapshot, TransitGatewayAttachment } from '../spine/topology.ts';

/** What all records of an interface share. */
export function identityOf(eni: Eni, snapshot: Snapshot): InterfaceIdentity {
  const subnet = snapshot.subnets.get(eni.subnetId);
  const instance = ownInstance(eni, snapshot);
  // Flows of a regional NAT gateway show the gateway, and neither interface nor subnet
  // (spec/records.md 7, R1 to R4).
  const isRegional = standsAside(eni);
  const attachment = attachmentOf(eni, snapshot);
  const gateway = attachment && snapshot.transitGateways.get(attachment.transitGatewayId);
  const region = snapshot.vpcs.get(eni.vpcId)?.region ?? null;
  const interfaceId = isRegional ? null : eni.interfaceId;
  return {
    ...bareIdentity(eni.accountId, region, interfaceId, eni.device?.name ?? null),
    vpcId: eni.vpcId,
    subnetId: isRegional ? null : eni.subnetId,
    instanceId: eni.instanceId,
    azId: isRegional ? null : (subnet?.azId ?? null),
    sublocationType: subnet?.sublocationType ?? null,
    sublocationId: subnet?.sublocationId ?? null,
    interfaceType: eni.interfaceType,
    resourceId: eni.resourceId,
    transitGatewayId: attachment?.transitGatewayId ?? null,
    transitGatewayAttachmentId: attachment?.transitGatewayAttachmentId ?? null,
    transitGatewayAccountId: gateway?.accountId ?? null,
    ...taskOf(eni),
    instanceTags: instance?.tags ?? {},
    interfaceTags: eni.tags,
    autoScalingGroupTags: instance?.autoScalingGroupTags ?? {},
  };
}

/** True for a regional NAT gateway, whose own addresses never stand for those of packets. */
export function standsAside(eni: Eni): boolean {
  return eni.resourceId !== null;
}

/** The instance, whose tags are shown unless it belongs to another account than the interface. */
function ownInstance(eni: Eni, snapshot: Snapshot): Instance | undefined {
  const instance = eni.instanceId === null ? undefined : snapshot.instances.get(eni.instanceId);
  return instance?.accountId === eni.accountId ? instance : undefined;
}

/** The attachment whose traffic the interface carries; undefined where there is none. */
function attachmentOf(eni: Eni, snapshot: Snapshot): TransitGatewayAttachment | undefined {
  const id = eni.transitGatewayAttachmentId;
  return id === null ? undefined : snapshot.transitGatewayAttachments.get(id);
}

/** The task that owns the interface; nothing where there is none. */
function taskOf(eni: Eni): Partial<InterfaceIdentity> {
  const { ecs } = eni;
  if (ecs === null) return {};
  return {
    ecsClusterArn: ecs.clusterArn,
    ecsClusterName: ecs.clusterName,
    ecsContainerInstanceArn: ecs.containerInstanceArn,
    ecsContainerInstanceId: ecs.containerInstanceId,
    ecsContainerId: ecs.containerId,
    ecsSecondContainerId: ecs.secondContainerId,
    ecsServiceName: ecs.serviceName,
    ecsTaskDefinitionArn: ecs.taskDefinitionArn,
    ecsTaskArn: ecs.taskArn,
    ecsTaskId: ecs.taskId,
  };
}
