// What is alike in all Describe operations over the inventory.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import {
  DescribeNetworkInterfacesCommand,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';

import { clientOver } from '../../../test/support/ec2-client.ts';
import { OPERATIONS, REGION } from '../../../test/support/ec2-network.ts';
import { faultsAgainstSdk } from '../../../test/support/sdk-model.ts';
import { eniOf, snapshotOf, subnetOf, vpcOf } from '../../../test/support/topologies.ts';
import { ROOT } from '../../../test/support/weir.ts';
import type { Eni, Snapshot } from '../../spine/topology.ts';
import type { Caller } from '../operation.ts';
import { describeNetworkInterfacesOperation } from './describe-network-interfaces.ts';

const CALLER: Caller = {
  accountId: '123456789012',
  region: REGION,
  accessKeyId: 'AKIAEXAMPLE',
  arn: 'arn:aws:iam::123456789012:user/test',
  userId: 'AIDAEXAMPLE',
};

const ENI_COUNT = 10_000;
const VPC = vpcOf('vpc-1', ['10.0.0.0/8'], { region: REGION });
const SUBNET = subnetOf('subnet-1', 'vpc-1', ['10.0.0.0/8'], { azId: 'euw1-az1' });

/** Interfaces whose ids are not in the order of the inventory. */
function largeSnapshot(isThere: (index: number) => boolean = () => true): Snapshot {
  const enis: Eni[] = [];
  for (let index = 0; index < ENI_COUNT; index++) {
    const number = (index * 7919) % ENI_COUNT;
    if (!isThere(number)) continue;
    const ipv4 = [`10.0.${number >> 8}.${number & 0xff}`];
    const id = `eni-${number.toString(16).padStart(17, '0')}`;
    enis.push(eniOf(id, SUBNET, { ipv4, tags: { Name: `eni ${number}` } }));
  }
  return snapshotOf({ vpcs: [VPC], subnets: [SUBNET], enis });
}

const PAGE = readFileSync(path.join(ROOT, 'docs/reference/api.md'), 'utf8');

/** Names in a line of the operation's section of the reference page. */
function documented(operation: string, what: 'Filters' | 'Parameters'): string[] {
  const [section = ''] = PAGE.split(`\n### ${operation}\n`)[1]?.split('\n### ') ?? [];
  const line = section.split('\n').find((text) => text.startsWith(`${what}: `)) ?? '';
  return [...line.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

for (const operation of OPERATIONS) {
  describe(operation.name, () => {
    it('has the parameters and filters that the reference page names', async () => {
      const inherited = ['DryRun', 'Filters', 'MaxResults', 'NextToken'];
      const parameters = Object.keys(operation.input.members);
      const filters = documented(operation.name, 'Filters');

      assert.deepEqual(
        parameters.filter((name) => !inherited.includes(name)),
        documented(operation.name, 'Parameters'),
      );
      assert.ok(filters.length > 0);
      for (const name of filters) {
        const request = { Filters: [{ Name: name, Values: ['*'] }] };
        await assert.doesNotReject(operation.run(request, { caller: CALLER, requestId: '' }), name);
      }
    });

    it("has the members, names and types of the SDK's model", () => {
      assert.deepEqual(faultsAgainstSdk(operation), []);
    });

    it('needs permission for itself, on everything', () => {
      assert.deepEqual(operation.permissions({}, CALLER), [
        { action: `ec2:${operation.name}`, resources: ['*'] },
      ]);
    });

    it('heeds DryRun, and refuses an unknown filter', async () => {
      const call = { caller: CALLER, requestId: '' };

      await assert.rejects(operation.run({ DryRun: true }, call), {
        code: 'DryRunOperation',
        status: 412,
      });
      await assert.rejects(operation.run({ Filters: [{ Name: 'x', Values: ['y'] }] }, call), {
        code: 'InvalidParameterValue',
        message: "The filter 'x' is invalid",
      });
    });
  });
}

describe('paging through 10,000 interfaces', () => {
  it('shows all of them once, in pages of 1000', async () => {
    const snapshot = largeSnapshot();
    const operation = describeNetworkInterfacesOperation({ snapshot: () => snapshot });
    const client = clientOver([operation], REGION);

    const shown: (string | undefined)[] = [];
    let pageCount = 0;
    for await (const page of paginateDescribeNetworkInterfaces({ client, pageSize: 1000 }, {})) {
      shown.push(...(page.NetworkInterfaces ?? []).map((eni) => eni.NetworkInterfaceId));
      pageCount++;
    }

    assert.equal(pageCount, 10);
    assert.equal(new Set(shown).size, ENI_COUNT);
    assert.deepEqual(shown, shown.toSorted());
  });

  it('shows each interface that stays once while others vanish', async () => {
    let vanished = 0;
    // With each page another 37th of the interfaces is gone, also the last one shown.
    const isThere = (index: number): boolean => index % 37 >= vanished;
    let snapshot = largeSnapshot();
    const operation = describeNetworkInterfacesOperation({ snapshot: () => snapshot });

    const shown: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const client = clientOver([operation], REGION);
      const command = new DescribeNetworkInterfacesCommand({ MaxResults: 997, NextToken: token });
      const page = await client.send(command);
      shown.push(...(page.NetworkInterfaces ?? []).map((eni) => eni.NetworkInterfaceId));
      token = page.NextToken;
      vanished++;
      const last = Number.parseInt(shown.at(-1)?.slice('eni-'.length) ?? '', 16);
      snapshot = largeSnapshot((index) => isThere(index) && index !== last);
    } while (token !== undefined);

    assert.equal(new Set(shown).size, shown.length);
    const left = [...largeSnapshot(isThere).enis.keys()];
    const seen = new Set(shown);
    assert.deepEqual(
      left.filter((id) => !seen.has(id)),
      [],
    );
  });
});
