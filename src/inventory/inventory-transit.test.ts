import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { vpcOf } from '../../test/support/topologies.ts';
import type { EcsIdentity } from '../spine/topology.ts';
import { parseInventory } from './inventory-file.ts';
import { describeFault, InventoryError } from './inventory-faults.ts';
import { isSameTopology, mergeTopologies } from './merge.ts';
import { createDraft } from './topology.ts';

const SOURCE = { path: 'network.yaml', accountId: '000000000000', region: 'eu-west-1' };

const NETWORK = `
vpcs:
  - {id: vpc-1, cidrs: [10.0.0.0/16]}
  - {id: vpc-2, account: 123456789012, cidrs: [10.1.0.0/16]}
  - {id: vpc-3, region: us-east-1, cidrs: [10.2.0.0/16]}
subnets:
  - {id: subnet-1, vpc: vpc-1, cidrs: [10.0.0.0/24], az-id: euw1-az2, az: eu-west-1a}
  - {id: subnet-2, vpc: vpc-2, cidrs: [10.1.0.0/24], az-id: euw1-az2, az: eu-west-1a}
transit-gateways:
  - {id: tgw-1, description: hub, tags: {Name: hub}}
  - {id: tgw-2, account: 210987654321, region: us-east-1}
transit-gateway-attachments:
  - {id: tgw-attach-1, transit-gateway: tgw-1, vpc: vpc-1, tags: {Name: one}}
  - {id: tgw-attach-2, transit-gateway: tgw-1, vpc: vpc-2}
ecs-clusters:
  - {name: shop}
  - {arn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop'}
enis:
  - {id: eni-1, subnet: subnet-1, attachment: tgw-attach-1}
  - {id: eni-2, subnet: subnet-2, attachment: tgw-attach-2, interface-type: transit_gateway}
`;

function faultsOf(text: string): string[] {
  try {
    parseInventory(text, SOURCE);
  } catch (error) {
    assert.ok(error instanceof InventoryError);
    return error.faults.map(describeFault);
  }
  return [];
}

function faultsAfter(from: string, to: string): string[] {
  assert.ok(NETWORK.includes(from), from);
  return faultsOf(NETWORK.replace(from, to));
}

/** The ten identities of a task in `vpc-1`, which is in account 000000000000. */
function ecsOf(entry: string): EcsIdentity | null {
  const eni = `  - {id: eni-3, subnet: subnet-1, ecs: {${entry}}}\n`;
  return parseInventory(NETWORK + eni, SOURCE).enis.get('eni-3')?.ecs ?? null;
}

function ecsFaultsOf(entry: string): string[] {
  return faultsOf(`${NETWORK}  - {id: eni-3, subnet: subnet-1, ecs: {${entry}}}\n`);
}

const NO_IDENTITY: EcsIdentity = {
  clusterArn: 'arn:aws:ecs:eu-west-1:000000000000:cluster/shop',
  clusterName: 'shop',
  containerInstanceArn: null,
  containerInstanceId: null,
  containerId: null,
  secondContainerId: null,
  serviceName: null,
  taskDefinitionArn: null,
  taskArn: null,
  taskId: null,
};

describe('parseInventory() reads', () => {
  it('transit gateways, attachments with the owner of their VPC, and zone names', () => {
    const read = parseInventory(NETWORK, SOURCE);

    assert.deepEqual(
      [...read.transitGateways.values()],
      [
        {
          transitGatewayId: 'tgw-1',
          accountId: '000000000000',
          region: 'eu-west-1',
          description: 'hub',
          tags: { Name: 'hub' },
        },
        {
          transitGatewayId: 'tgw-2',
          accountId: '210987654321',
          region: 'us-east-1',
          description: null,
          tags: {},
        },
      ],
    );
    assert.deepEqual(read.transitGatewayAttachments.get('tgw-attach-2'), {
      transitGatewayAttachmentId: 'tgw-attach-2',
      transitGatewayId: 'tgw-1',
      accountId: '123456789012',
      vpcId: 'vpc-2',
      tags: {},
    });
    assert.equal(read.subnets.get('subnet-2')?.azName, 'eu-west-1a');
  });

  it('an interface of an attachment as one of type transit_gateway', () => {
    const { enis } = parseInventory(NETWORK, SOURCE);

    const types = [...enis.values()].map((eni) => [
      eni.transitGatewayAttachmentId,
      eni.interfaceType,
    ]);
    assert.deepEqual(types, [
      ['tgw-attach-1', 'transit_gateway'],
      ['tgw-attach-2', 'transit_gateway'],
    ]);
  });

  it('ECS clusters by name and by ARN', () => {
    const { ecsClusters } = parseInventory(NETWORK, SOURCE);

    assert.deepEqual(
      [...ecsClusters.values()],
      [
        {
          clusterArn: 'arn:aws:ecs:eu-west-1:000000000000:cluster/shop',
          clusterName: 'shop',
          accountId: '000000000000',
          region: 'eu-west-1',
        },
        {
          clusterArn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop',
          clusterName: 'shop',
          accountId: '123456789012',
          region: 'eu-west-1',
        },
      ],
    );
  });

  it('a task by its id: the ARN follows, and Fargate has no container instance', () => {
    const task = 'cluster: shop, task-id: 88316020871d4ec7a200c1ce6d25273d';

    assert.deepEqual(ecsOf(`${task}, service: web, container-id: 88316020-1`), {
      ...NO_IDENTITY,
      taskId: '88316020871d4ec7a200c1ce6d25273d',
      taskArn: 'arn:aws:ecs:eu-west-1:000000000000:task/shop/88316020871d4ec7a200c1ce6d25273d',
      serviceName: 'web',
      containerId: '88316020-1',
    });
  });

  it('a task by ARNs: ids and names follow', () => {
    const arn = 'arn:aws:ecs:eu-west-1:123456789012';
    const identity = ecsOf(
      `cluster: '${arn}:cluster/shop', task-arn: '${arn}:task/shop/b9ad', ` +
        `task-definition-arn: '${arn}:task-definition/cats:2', ` +
        `service: '${arn}:service/shop/cats', ` +
        `container-instance-arn: '${arn}:container-instance/shop/3962', ` +
        `second-container-id: '0c5c'`,
    );

    assert.deepEqual(identity, {
      clusterArn: `${arn}:cluster/shop`,
      clusterName: 'shop',
      containerInstanceArn: `${arn}:container-instance/shop/3962`,
      containerInstanceId: '3962',
      containerId: null,
      secondContainerId: '0c5c',
      serviceName: 'cats',
      taskDefinitionArn: `${arn}:task-definition/cats:2`,
      taskArn: `${arn}:task/shop/b9ad`,
      taskId: 'b9ad',
    });
  });

  it('ARNs of before 2019, which do not name the cluster', () => {
    const arn = 'arn:aws:ecs:eu-west-1:000000000000:task/b9ad-1';

    assert.deepEqual(ecsOf(`cluster: shop, task-arn: '${arn}'`), {
      ...NO_IDENTITY,
      taskArn: arn,
      taskId: 'b9ad-1',
    });
  });

  it('a cluster with nothing else known of the task', () => {
    assert.deepEqual(ecsOf('cluster: shop'), NO_IDENTITY);
    assert.match(ecsFaultsOf('task-id: a')[0] ?? '', /enis\[2\].ecs.cluster is missing$/);
  });
});

describe('mergeTopologies()', () => {
  it('keeps gateways, attachments and clusters beside what the host says of itself', () => {
    const declared = parseInventory(NETWORK, SOURCE);
    const host = { ...createDraft(), vpcs: new Map([['vpc-h', vpcOf('vpc-h', ['10.9.0.0/16'])]]) };

    const merged = mergeTopologies(host, declared);

    assert.deepEqual([...merged.vpcs.keys()], ['vpc-1', 'vpc-2', 'vpc-3', 'vpc-h']);
    assert.deepEqual(merged.transitGateways, declared.transitGateways);
    assert.deepEqual(merged.transitGatewayAttachments, declared.transitGatewayAttachments);
    assert.deepEqual(merged.ecsClusters, declared.ecsClusters);
  });

  it('sees a change of a gateway, an attachment or a cluster', () => {
    const before = parseInventory(NETWORK, SOURCE);

    for (const [from, to] of [
      ['description: hub', 'description: core'],
      ['tags: {Name: one}', 'tags: {Name: first}'],
      ['{name: shop}', '{name: bank}'],
    ] as const) {
      const after = parseInventory(NETWORK.replace(from, to), SOURCE);
      assert.equal(isSameTopology(before, after), false, to);
    }
    assert.equal(isSameTopology(before, parseInventory(NETWORK, SOURCE)), true);
  });
});

describe('parseInventory() refuses', () => {
  it('attachments of nothing, of other regions, and a second one of the same VPC', () => {
    assert.deepEqual(
      faultsAfter('transit-gateway: tgw-1, vpc: vpc-2', 'transit-gateway: tgw-9, vpc: vpc-2'),
      [
        'line 14: transit-gateway-attachments[1].transit-gateway "tgw-9" is no transit gateway ' +
          'of this file',
      ],
    );
    assert.deepEqual(faultsAfter('tgw-1, vpc: vpc-2}', 'tgw-1, vpc: vpc-9}').slice(0, 1), [
      'line 14: transit-gateway-attachments[1].vpc "vpc-9" is no VPC of this file',
    ]);
    assert.deepEqual(faultsAfter('tgw-1, vpc: vpc-2}', 'tgw-1, vpc: vpc-3}').slice(0, 1), [
      'line 14: transit-gateway-attachments[1].vpc "vpc-3" is in "us-east-1", but "tgw-1" is in ' +
        '"eu-west-1"; a gateway has attachments in its region',
    ]);
    assert.deepEqual(faultsAfter('tgw-1, vpc: vpc-2}', 'tgw-1, vpc: vpc-1}').slice(0, 1), [
      'line 14: transit-gateway-attachments[1].vpc "vpc-1" is already that of "tgw-attach-1"',
    ]);
  });

  it('ids of the wrong kind', () => {
    assert.deepEqual(faultsAfter('id: tgw-2,', 'id: tgw-attach-2,'), [
      'line 11: transit-gateways[1].id "tgw-attach-2" is no id of this kind; write it as tgw-...',
    ]);
    assert.deepEqual(faultsAfter('{id: tgw-attach-2,', '{id: tgw-2,').slice(0, 1), [
      'line 14: transit-gateway-attachments[1].id "tgw-2" is no id of this kind; ' +
        'write it as tgw-attach-...',
    ]);
    assert.deepEqual(faultsAfter('{id: tgw-2,', '{id: tgw-1,').slice(0, 1), [
      'line 11: transit-gateways[1].id "tgw-1" occurs twice',
    ]);
  });

  it('an interface outside the VPC of its attachment, or of another type', () => {
    assert.deepEqual(
      faultsAfter('subnet-1, attachment: tgw-attach-1', 'subnet-1, attachment: tgw-attach-2'),
      [
        'line 19: enis[0].attachment "tgw-attach-2" is an attachment of "vpc-2", but "subnet-1" ' +
          'is in "vpc-1"',
      ],
    );
    assert.deepEqual(faultsAfter('attachment: tgw-attach-1}', 'attachment: tgw-attach-9}'), [
      'line 19: enis[0].attachment "tgw-attach-9" is no transit gateway attachment of this file',
    ]);
    assert.deepEqual(
      faultsAfter('interface-type: transit_gateway', 'interface-type: nat_gateway'),
      [
        'line 20: enis[1].interface-type "nat_gateway" excludes attachment; leave it out, it is ' +
          'transit_gateway',
      ],
    );
  });

  it('zone names without an id, of other regions, and two for one zone', () => {
    assert.deepEqual(faultsAfter('az-id: euw1-az2, az: eu-west-1a', 'az: eu-west-1a'), [
      "line 7: subnets[0].az needs az-id, the zone's id",
    ]);
    assert.deepEqual(faultsAfter('az: eu-west-1a', 'az: us-east-1a'), [
      'line 7: subnets[0].az "us-east-1a" is no zone of "eu-west-1"; write it as eu-west-1a',
    ]);
    assert.deepEqual(faultsAfter('az: eu-west-1a', 'az: eu-west-1b'), [
      'line 8: subnets[1].az-id "euw1-az2" is already that of "eu-west-1b"',
    ]);
    assert.deepEqual(faultsAfter('az-id: euw1-az2', 'az-id: euw1-az1'), [
      'line 8: subnets[1].az "eu-west-1a" is already that of "euw1-az1"',
    ]);
  });

  it('ECS clusters without a name, with two, or twice', () => {
    assert.deepEqual(faultsAfter('{name: shop}', '{region: eu-west-1}'), [
      'line 16: ecs-clusters[0].name is missing',
    ]);
    assert.deepEqual(faultsAfter('{name: shop}', "{name: 'a/b'}"), [
      'line 16: ecs-clusters[0].name "a/b" is no name of a cluster; use letters, digits, hyphens ' +
        'and underscores',
    ]);
    assert.deepEqual(faultsAfter('{arn:', '{name: other, arn:'), [
      'line 17: ecs-clusters[1].arn "arn:aws:ecs:eu-west-1:123456789012:cluster/shop" says ' +
        'something else than name, account and region',
    ]);
    assert.match(
      faultsAfter('{arn:', '{region: us-east-1, arn:')[0] ?? '',
      /says something else than name, account and region$/,
    );
    assert.match(
      faultsAfter(':cluster/shop', ':cluster/shop/x')[0] ?? '',
      /is no ARN of this kind/,
    );
    assert.deepEqual(faultsAfter('{name: shop}', '{name: shop, account: 123456789012}'), [
      'line 17: ecs-clusters[1] "arn:aws:ecs:eu-west-1:123456789012:cluster/shop" occurs twice',
    ]);
    assert.match(
      faultsAfter(':cluster/shop', ':service/shop')[0] ?? '',
      /is no ARN of this kind; write it as arn:aws:ecs:REGION:ACCOUNT:cluster\/NAME$/,
    );
  });

  it('tasks of unknown clusters, and ARNs of other clusters or kinds', () => {
    const arn = 'arn:aws:ecs:eu-west-1:000000000000';
    const faultOf = (entry: string): string => ecsFaultsOf(entry)[0]?.replace(/^.*?ecs/, '') ?? '';

    assert.equal(faultOf('cluster: bank'), '.cluster "bank" is no ECS cluster of this file');
    assert.equal(
      faultOf(`cluster: shop, task-arn: '${arn}:task/bank/1'`),
      `.task-arn "${arn}:task/bank/1" is not of cluster "${arn}:cluster/shop"`,
    );
    assert.equal(
      faultOf("cluster: shop, task-arn: 'arn:aws:ecs:us-east-1:000000000000:task/shop/1'"),
      '.task-arn "arn:aws:ecs:us-east-1:000000000000:task/shop/1" is not of cluster ' +
        `"${arn}:cluster/shop"`,
    );
    assert.equal(
      faultOf(`cluster: shop, task-arn: '${arn}:task/shop/1', task-id: '2'`),
      '.task-id "2" is not the id in task-arn; leave it out',
    );
    assert.equal(
      faultOf(`cluster: shop, task-definition-arn: '${arn}:task-definition/cats'`),
      `.task-definition-arn "${arn}:task-definition/cats" is no ARN of this kind; write it as ` +
        'arn:aws:ecs:REGION:ACCOUNT:task-definition/FAMILY:REVISION',
    );
    assert.match(
      faultOf("cluster: shop, task-id: 'a b'"),
      /^.task-id "a b" is no id of a task; write/,
    );
    assert.deepEqual(ecsFaultsOf('cluster: shop, task: x'), [
      'line 21: enis[2].ecs.task is no key of an inventory file',
    ]);
  });

  it('a name that several clusters elsewhere have', () => {
    const clusters = NETWORK.replace('{name: shop}', '{name: shop, region: us-east-1}');

    const faults = faultsOf(`${clusters}  - {id: eni-3, subnet: subnet-1, ecs: {cluster: shop}}\n`);

    assert.deepEqual(faults, [
      'line 21: enis[2].ecs.cluster "shop" is the name of several ECS clusters; write its ARN',
    ]);
  });
});
