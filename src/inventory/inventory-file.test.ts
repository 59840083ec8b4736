import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { ROOT } from '../../test/support/weir.ts';
import { parseInventory } from './inventory-file.ts';
import { describeFault, InventoryError } from './inventory-faults.ts';

const SOURCE = { path: 'network.yaml', accountId: '000000000000', region: 'eu-west-1' };

const SMALL = `
vpcs:
  - id: vpc-1
    account: 000123456789
    cidrs: [10.0.0.0/16, 2001:DB8::/56]
subnets:
  - id: subnet-1
    vpc: vpc-1
    cidrs: [10.0.0.0/24, 2001:db8::/64]
    az-id: euw1-az2
instances:
  - id: i-1
    tags: {Name: 007}
enis:
  - id: eni-1
    subnet: subnet-1
    instance: i-1
    mac: 02-00-00-00-00-AA
    ipv4: [10.0.0.5, 10.0.0.6]
    ipv6: [2001:db8:0:0::5]
    interface: veth1
    netns: lab
    host-side: true
`;

/** The faults of a text, one per line. */
function faultsOf(text: string): string[] {
  try {
    parseInventory(text, SOURCE);
  } catch (error) {
    assert.ok(error instanceof InventoryError);
    assert.match(error.message, /^Cannot use inventory "network.yaml": \S.*[^.]$/);
    return error.faults.map(describeFault);
  }
  return [];
}

/** The faults after a change of the small file. */
function faultsAfter(from: string, to: string): string[] {
  assert.ok(SMALL.includes(from), from);
  return faultsOf(SMALL.replace(from, to));
}

describe('parseInventory()', () => {
  it('reads VPCs, subnets, instances and interfaces', () => {
    const { vpcs, subnets, instances, enis } = parseInventory(SMALL, SOURCE);

    assert.deepEqual(vpcs.get('vpc-1'), {
      vpcId: 'vpc-1',
      accountId: '000123456789',
      region: 'eu-west-1',
      cidrs: ['10.0.0.0/16', '2001:db8::/56'],
      tags: {},
    });
    assert.equal(subnets.get('subnet-1')?.azId, 'euw1-az2');
    const instance = { instanceId: 'i-1', accountId: '000000000000', tags: { Name: '007' } };
    assert.deepEqual(instances.get('i-1'), { ...instance, autoScalingGroupTags: {} });
    assert.deepEqual(enis.get('eni-1'), {
      interfaceId: 'eni-1',
      accountId: '000123456789',
      vpcId: 'vpc-1',
      subnetId: 'subnet-1',
      instanceId: 'i-1',
      mac: '02:00:00:00:00:aa',
      ipv4: ['10.0.0.5', '10.0.0.6'],
      ipv6: ['2001:db8::5'],
      interfaceType: null,
      resourceId: null,
      ecs: null,
      transitGatewayAttachmentId: null,
      device: { netns: 'lab', name: 'veth1', hostSide: true },
      tags: {},
    });
  });

  it('reads JSON alike', () => {
    const text = JSON.stringify({
      vpcs: [{ id: 'vpc-1', account: 123456789012, cidrs: ['10.0.0.0/16'] }],
      subnets: [{ id: 'subnet-1', vpc: 'vpc-1', cidrs: ['10.0.0.0/24'], sublocation: null }],
      enis: [{ id: 'eni-1', subnet: 'subnet-1', interface: 'eth0', 'host-side': false }],
    });

    const { vpcs, enis } = parseInventory(text, SOURCE);

    assert.equal(vpcs.get('vpc-1')?.accountId, '123456789012');
    assert.equal(enis.get('eni-1')?.device?.hostSide, false);
    assert.deepEqual(faultsOf(text.replace('"10.0.0.0/24"', '\n"x"')), [
      'line 2: subnets[0].cidrs[0] "x" is no CIDR; write it as 10.0.0.0/16 or 2001:db8::/56',
    ]);
  });

  it('keeps a tag whose value is empty, in YAML and in JSON', () => {
    const texts = [
      "instances: [{id: i-1, tags: {Name: web, owner: '', none:}, asg-tags: {a: ''}}]",
      '{"instances": [{"id": "i-1", "tags": {"Name": "web", "owner": "", "none": null},' +
        ' "asg-tags": {"a": ""}}]}',
    ];
    for (const text of texts) {
      const instance = parseInventory(text, SOURCE).instances.get('i-1');
      assert.deepEqual(instance?.tags, { Name: 'web', owner: '', none: '' });
      assert.deepEqual(instance.autoScalingGroupTags, { a: '' });
    }
  });

  it('takes an empty file for an empty network', () => {
    for (const text of ['', '# nothing yet\n', '{}', 'vpcs:\n']) {
      assert.equal(parseInventory(text, SOURCE).vpcs.size, 0, text);
    }
  });

  it('derives traffic paths from targets, and adds the routes to the VPC itself', () => {
    const routes = `    routes:
      - {destination: 0.0.0.0/0, target: igw-1}
      - {destination: '::/0', target: eigw-1}
      - {destination: 10.1.0.0/16, target: pcx-1}
      - {destination: 10.2.0.0/16, target: pcx-1, inter-region: true}
      - {destination: 10.3.0.0/16, target: vgw-1}
      - {destination: 10.4.0.0/16, target: tgw-1}
      - {destination: 10.5.0.0/16, target: lgw-1}
      - {destination: 10.6.0.0/16, target: vpce-1}
      - {destination: 10.7.0.0/16, target: router-1, path: 3}
      - {destination: 10.8.0.0/16, target: nat-1, path: '-'}
      - {destination: 10.9.0.0/16, target: blackhole}
      - {destination: pl-1, target: vpce-2}
    az-id`;
    const lists = `prefix-lists:\n  - {id: pl-1, cidrs: [52.0.0.0/24, 52.1.0.0/24]}\nsubnets:`;

    const text = SMALL.replace('    az-id', routes).replace('subnets:', lists);
    const { subnets } = parseInventory(text, SOURCE);

    const paths = subnets
      .get('subnet-1')
      ?.routes.map((route) => [route.destination, route.trafficPath]);
    assert.deepEqual(paths, [
      ...[
        ['0.0.0.0/0', 8],
        ['::/0', 8],
        ['10.1.0.0/16', 4],
        ['10.2.0.0/16', 5],
      ],
      ...[
        ['10.3.0.0/16', 3],
        ['10.4.0.0/16', 1],
        ['10.5.0.0/16', 6],
        ['10.6.0.0/16', 1],
      ],
      ...[
        ['10.7.0.0/16', 3],
        ['10.8.0.0/16', null],
        ['10.9.0.0/16', null],
      ],
      ...[
        ['52.0.0.0/24', 7],
        ['52.1.0.0/24', 7],
      ],
      ...[
        ['10.0.0.0/16', 1],
        ['2001:db8::/56', 1],
      ],
    ]);
  });

  it('reads the example of the reference page', () => {
    const page = readFileSync(path.join(ROOT, 'docs/reference/inventory.md'), 'utf8');
    const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

    const { enis, subnets } = parseInventory(example, SOURCE);

    assert.ok(enis.size >= 4);
    assert.ok(subnets.size >= 2);
  });
});

describe('parseInventory() refuses, with place and remedy,', () => {
  it('unknown and missing keys, and values of the wrong shape', () => {
    assert.deepEqual(faultsAfter('    mac:', '    MAC:'), [
      'line 18: enis[0].MAC is no key of an inventory file',
    ]);
    assert.deepEqual(faultsAfter('    subnet: subnet-1\n', ''), [
      'line 15: enis[0].subnet is missing',
    ]);
    assert.deepEqual(faultsAfter('[10.0.0.5, 10.0.0.6]', '10.0.0.5'), [
      'line 19: enis[0].ipv4 is not a list',
    ]);
    assert.deepEqual(faultsAfter('host-side: true', 'host-side: maybe'), [
      'line 23: enis[0].host-side is neither true nor false',
    ]);
    assert.deepEqual(faultsOf('- a\n'), ['line 1: is not a map of keys']);
  });

  it('what is no YAML', () => {
    const [fault] = faultsOf('vpcs:\n  - id: [\n');

    assert.match(fault ?? '', /^line \d+: is no YAML: \S/);
    assert.match(faultsOf('vpcs: []\nvpcs: []\n')[0] ?? '', /^line 2: is no YAML: .*unique/);
  });

  it('ids of the wrong kind and ids that occur twice', () => {
    assert.deepEqual(
      faultsAfter('- id: i-1', '- id: x-1')[0],
      'line 12: instances[0].id "x-1" is no id of this kind; write it as i-...',
    );
    assert.deepEqual(faultsOf(`${SMALL}  - {id: eni-1, subnet: subnet-1}\n`), [
      'line 24: enis[1].id "eni-1" occurs twice',
    ]);
  });

  it('references to what is not there', () => {
    assert.deepEqual(
      faultsAfter('vpc: vpc-1', 'vpc: vpc-2')[0],
      'line 8: subnets[0].vpc "vpc-2" is no VPC of this file',
    );
    assert.deepEqual(faultsAfter('subnet: subnet-1', 'subnet: subnet-9'), [
      'line 16: enis[0].subnet "subnet-9" is no subnet of this file',
    ]);
    assert.deepEqual(faultsAfter('instance: i-1', 'instance: i-9'), [
      'line 17: enis[0].instance "i-9" is no instance of this file',
    ]);
  });

  it('wrong addresses, MACs, accounts and CIDRs', () => {
    assert.deepEqual(faultsAfter('10.0.0.6]', '10.0.0.300]'), [
      'line 19: enis[0].ipv4[1] "10.0.0.300" is no IPv4 address',
    ]);
    assert.deepEqual(faultsAfter('10.0.0.6]', '10.0.9.6]'), [
      'line 19: enis[0].ipv4[1] "10.0.9.6" is in no CIDR of "subnet-1"',
    ]);
    assert.deepEqual(faultsAfter('02-00-00-00-00-AA', '02-00'), [
      'line 18: enis[0].mac "02-00" is no MAC address; write it as 02:00:00:00:00:01',
    ]);
    assert.deepEqual(faultsAfter('000123456789', '123'), [
      'line 4: vpcs[0].account "123" is no account id of 12 digits',
    ]);
    assert.deepEqual(faultsAfter('10.0.0.0/24', '10.0.0.5/24'), [
      'line 9: subnets[0].cidrs[0] "10.0.0.5/24" begins inside the block; write "10.0.0.0/24"',
    ]);
    assert.deepEqual(
      faultsAfter('10.0.0.0/24', '10.9.0.0/24')[0],
      'line 9: subnets[0].cidrs[0] "10.9.0.0/24" is in no CIDR of "vpc-1"',
    );
  });

  it('overlaps, and one thing for two', () => {
    const subnet = '  - {id: subnet-2, vpc: vpc-1, cidrs: [10.0.0.128/25]}\ninstances:';
    assert.deepEqual(faultsAfter('instances:', subnet), [
      'line 11: subnets[1].cidrs[0] "10.0.0.128/25" overlaps "10.0.0.0/24" of "subnet-1"',
    ]);
    assert.deepEqual(faultsAfter('[10.0.0.0/16,', '[10.0.0.0/16, 10.0.9.0/24,'), [
      'line 5: vpcs[0].cidrs[1] "10.0.9.0/24" overlaps "10.0.0.0/16" of the same list',
    ]);
    const twin =
      '{id: eni-2, subnet: subnet-1, ipv4: [10.0.0.6], mac: 02:00:00:00:00:aa, ' +
      'interface: veth1, netns: lab}';
    assert.deepEqual(faultsOf(`${SMALL}  - ${twin}\n`), [
      'line 24: enis[1].interface "veth1" is already that of "eni-1"',
      'line 24: enis[1].mac "02:00:00:00:00:aa" is already that of "eni-1"',
      'line 24: enis[1].ipv4[0] "10.0.0.6" is already that of "eni-1"',
    ]);
  });

  it('targets and paths that mean nothing', () => {
    const routes = (route: string): string[] => {
      return faultsAfter('    az-id', `    routes: [${route}]\n    az-id`);
    };

    const [target] = routes('{destination: 0.0.0.0/0, target: my-router}');
    assert.match(target ?? '', /^line 10: subnets\[0\].routes\[0\].target "my-router" is no known/);
    const [path] = routes('{destination: 0.0.0.0/0, target: igw-1, path: 9}');
    assert.match(path ?? '', /path "9" is no traffic path; write 1 to 8, or -$/);
    const [list] = routes('{destination: pl-7, target: vpce-1}');
    assert.match(list ?? '', /"pl-7" is no list under prefix-lists/);
  });

  it('keys that need or exclude another', () => {
    const place = '{type: outpost, id: op-1}';

    assert.deepEqual(faultsAfter('    az-id', `    sublocation: ${place}\n    az-id`), [
      'line 11: subnets[0].az-id excludes sublocation; keep one of them',
    ]);
    assert.deepEqual(faultsAfter('    interface: veth1\n', ''), [
      'line 21: enis[0].netns needs interface, the name of the device there',
    ]);
    const route = '{destination: 10.9.0.0/16, target: igw-1, inter-region: true}';
    assert.deepEqual(faultsAfter('    az-id', `    routes: [${route}]\n    az-id`), [
      'line 10: subnets[0].routes[0].inter-region is for peering connections (pcx-) only',
    ]);
  });

  it('all at once', () => {
    const text = SMALL.replace('02-00-00-00-00-AA', 'x').replace('vpc: vpc-1', 'vpc: vpc-2');

    assert.throws(
      () => parseInventory(text, SOURCE),
      /vpc-2" is no VPC of this file \(and 1 more\)$/,
    );
  });
});
