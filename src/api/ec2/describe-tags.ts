import { awsFaults } from '../../aws/aws-error.ts';
import type { FlowLog, Tag } from '../../aws/flow-log.ts';
import { list, member, structure, text } from '../../aws/wire/shape.ts';
import type { Snapshot } from '../../spine/topology.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { compileFilters, type FilterTable } from './filters.ts';
import { pageOf, type Paging } from './pages.ts';
import { LISTING_REQUEST, permissionTo, tagSetOf, type InventoryDeps } from './resource-listing.ts';

const tagDescription = structure({
  ResourceId: member('resourceId', text),
  ResourceType: member('resourceType', text),
  Key: member('key', text),
  Value: member('value', text),
});

interface TagDescription extends Tag {
  readonly ResourceId: string;
  readonly ResourceType: string;
}

const FILTERS: FilterTable<TagDescription> = {
  values: {
    key: ({ Key }) => [Key],
    'resource-id': ({ ResourceId }) => [ResourceId],
    'resource-type': ({ ResourceType }) => [ResourceType],
    value: ({ Value }) => [Value],
  },
  tags: (tag) => [tag],
};

// AWS: "between 5 and 1000" for this call.
const PAGING: Paging<TagDescription> = {
  operation: 'DescribeTags',
  resultsMin: 5,
  resultsMax: 1000,
  positionOf: ({ ResourceId, Key }) => `${ResourceId}\n${Key}`,
};

export interface DescribeTagsDeps extends Pick<InventoryDeps, 'snapshot'> {
  readonly registry: { list(): readonly FlowLog[] };
}

/**
 * Tags of flow logs, and of what the inventory knows.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTags.html
 */
export function describeTagsOperation(deps: DescribeTagsDeps): Operation {
  return defineOperation({
    name: PAGING.operation,
    input: structure(LISTING_REQUEST),
    output: structure({
      NextToken: member('nextToken', text),
      Tags: member('tagSet', list(tagDescription)),
    }),
    permissions: permissionTo(PAGING.operation),
    run: async (request, { caller }) => {
      if (request.DryRun === true) throw awsFaults.dryRun();
      const matches = compileFilters(request.Filters ?? [], FILTERS);
      const tags = [
        ...flowLogTags(deps.registry.list(), caller.region),
        ...inventoryTags(deps.snapshot(), caller.region),
      ];
      const page = pageOf(tags.sort(byPosition), request, PAGING, matches);
      return { Tags: page.items, NextToken: page.nextToken };
    },
  });
}

function byPosition(a: TagDescription, b: TagDescription): number {
  return PAGING.positionOf(a) < PAGING.positionOf(b) ? -1 : 1;
}

function flowLogTags(flowLogs: readonly FlowLog[], region: string): readonly TagDescription[] {
  return flowLogs
    .filter((flowLog) => flowLog.region === region)
    .flatMap(({ flowLogId, tags }) => describe(flowLogId, 'vpc-flow-log', tags));
}

/** Tags of everything in the region; an instance is where its interfaces are. */
function inventoryTags(snapshot: Snapshot, region: string): readonly TagDescription[] {
  const isHere = (vpcId: string): boolean => snapshot.vpcs.get(vpcId)?.region === region;
  const tags: TagDescription[] = [];
  const add = (id: string, type: string, own: Readonly<Record<string, string>>): void =>
    void tags.push(...describe(id, type, tagSetOf(own)));
  const elsewhere = new Set<string>();
  for (const vpc of snapshot.vpcs.values()) {
    if (vpc.region === region) add(vpc.vpcId, 'vpc', vpc.tags);
  }
  for (const subnet of snapshot.subnets.values()) {
    if (isHere(subnet.vpcId)) add(subnet.subnetId, 'subnet', subnet.tags);
  }
  for (const eni of snapshot.enis.values()) {
    if (isHere(eni.vpcId)) add(eni.interfaceId, 'network-interface', eni.tags);
    else if (eni.instanceId !== null) elsewhere.add(eni.instanceId);
  }
  for (const instance of snapshot.instances.values()) {
    if (!elsewhere.has(instance.instanceId)) add(instance.instanceId, 'instance', instance.tags);
  }
  for (const gateway of snapshot.transitGateways.values()) {
    if (gateway.region === region) add(gateway.transitGatewayId, 'transit-gateway', gateway.tags);
  }
  for (const attachment of snapshot.transitGatewayAttachments.values()) {
    const { transitGatewayAttachmentId: id, vpcId, tags: own } = attachment;
    if (isHere(vpcId)) add(id, 'transit-gateway-attachment', own);
  }
  return tags;
}

function describe(id: string, type: string, tags: readonly Tag[]): readonly TagDescription[] {
  return tags.map((tag) => ({ ...tag, ResourceId: id, ResourceType: type }));
}
