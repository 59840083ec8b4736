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
    isLarge: true,
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
      const page = await pageOf(tags.sort(byPosition), request, PAGING, (tag) =>
        matches(tag) ? tag : null,
      );
      return { Tags: page.items, NextToken: page.nextToken };
    },
  });
}

/** As texts of `positionOf` compare, without making them: there may be some ten thousands. */
function byPosition(a: TagDescription, b: TagDescription): number {
  if (a.ResourceId !== b.ResourceId) return a.ResourceId < b.ResourceId ? -1 : 1;
  return a.Key < b.Key ? -1 : 1;
}

/** Sorted, as the inventory's are: to merge what is sorted costs little. */
function flowLogTags(flowLogs: readonly FlowLog[], region: string): readonly TagDescription[] {
  return flowLogs
    .filter((flowLog) => flowLog.region === region)
    .sort((a, b) => (a.flowLogId < b.flowLogId ? -1 : 1))
    .flatMap(({ flowLogId, tags }) => describe(flowLogId, 'vpc-flow-log', tags).sort(byPosition));
}

const tagsOfSnapshots = new WeakMap<Snapshot, Map<string, readonly TagDescription[]>>();

/** Tags of everything in the region, sorted once for a snapshot: they are many, and paged. */
function inventoryTags(snapshot: Snapshot, region: string): readonly TagDescription[] {
  const byRegion = tagsOfSnapshots.get(snapshot) ?? new Map<string, readonly TagDescription[]>();
  tagsOfSnapshots.set(snapshot, byRegion);
  const tags = byRegion.get(region) ?? collectTags(snapshot, region).sort(byPosition);
  byRegion.set(region, tags);
  return tags;
}

/** An instance is where its interfaces are. */
function collectTags(snapshot: Snapshot, region: string): TagDescription[] {
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

function describe(id: string, type: string, tags: readonly Tag[]): TagDescription[] {
  return tags.map((tag) => ({ ...tag, ResourceId: id, ResourceType: type }));
}
