import type { InterfaceIdentity } from '../spine/record.ts';
import type { Eni, Snapshot } from '../spine/topology.ts';

const NO_TASK = {
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
};

/** What all records of an interface share. */
export function identityOf(eni: Eni, snapshot: Snapshot): InterfaceIdentity {
  const subnet = snapshot.subnets.get(eni.subnetId);
  const instance = eni.instanceId === null ? undefined : snapshot.instances.get(eni.instanceId);
  // Flows of a regional NAT gateway show the gateway, and neither interface nor subnet
  // (spec/records.md 7, R1 to R4).
  const isRegional = standsAside(eni);
  return {
    accountId: eni.accountId,
    interfaceId: isRegional ? null : eni.interfaceId,
    vpcId: eni.vpcId,
    subnetId: isRegional ? null : eni.subnetId,
    instanceId: eni.instanceId,
    region: snapshot.vpcs.get(eni.vpcId)?.region ?? null,
    azId: isRegional ? null : (subnet?.azId ?? null),
    sublocationType: subnet?.sublocationType ?? null,
    sublocationId: subnet?.sublocationId ?? null,
    interfaceType: eni.interfaceType,
    resourceId: eni.resourceId,
    ...taskOf(eni),
    instanceTags: instance?.tags ?? {},
    interfaceTags: eni.tags,
    autoScalingGroupTags: instance?.autoScalingGroupTags ?? {},
    interfaceName: eni.device?.name ?? null,
  };
}

/** True for a regional NAT gateway, whose own addresses never stand for those of packets. */
export function standsAside(eni: Eni): boolean {
  return eni.resourceId !== null;
}

function taskOf(eni: Eni): typeof NO_TASK | Pick<InterfaceIdentity, keyof typeof NO_TASK> {
  const { ecs } = eni;
  if (ecs === null) return NO_TASK;
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
