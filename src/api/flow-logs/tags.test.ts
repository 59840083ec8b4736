import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  faultOf,
  IN_REGION,
  openFlowLogs,
  REQUEST,
} from '../../../test/support/flow-log-fixture.ts';
import { createTags } from './index.ts';

test('tags are added, overwritten and kept', async (t) => {
  const { operations, reopen } = await openFlowLogs(t);
  const ResourceIds = ['vpc-1', 'vpc-2'];
  const { FlowLogIds: ids } = await operations.create({ ...REQUEST, ResourceIds });

  const answer = await operations.createTags({
    Resources: ids,
    Tags: [{ Key: 'a', Value: '1' }, { Key: 'b' }],
  });
  await operations.createTags({ Resources: [ids[0]], Tags: [{ Key: 'a', Value: '2' }] });

  assert.deepEqual(answer, { Return: true });
  const { FlowLogs } = await (await reopen()).describe({});
  const tagsOf = (id: unknown) => FlowLogs.find((flowLog) => flowLog.FlowLogId === id)?.Tags;
  assert.deepEqual(tagsOf(ids[0]), [
    { Key: 'a', Value: '2' },
    { Key: 'b', Value: '' },
  ]);
  assert.deepEqual(tagsOf(ids[1])?.[0], { Key: 'a', Value: '1' });
});

test('tags are removed by key, by key and value, or all', async (t) => {
  const { operations, registry } = await openFlowLogs(t);
  const Tags = ['a', 'b', 'c', 'd'].map((Key) => ({ Key, Value: Key }));
  const TagSpecifications = [{ ResourceType: 'vpc-flow-log', Tags }];
  const { FlowLogIds: Resources } = await operations.create({ ...REQUEST, TagSpecifications });
  const keys = (): unknown => registry.list()[0]?.tags.map((tag) => tag.Key);

  await operations.deleteTags({
    Resources,
    Tags: [{ Key: 'a' }, { Key: 'b', Value: 'other' }, { Key: 'c', Value: 'c' }, { Key: 'x' }],
  });
  assert.deepEqual(keys(), ['b', 'd']);
  await operations.deleteTags({ Resources, Tags: [{ Key: 'b', Value: '' }] });
  assert.deepEqual(keys(), ['b', 'd']);
  await operations.deleteTags({ Resources });

  assert.deepEqual(keys(), []);
});

type Refusal = readonly [change: object, code: string, message: RegExp];

const REFUSED: readonly Refusal[] = [
  [{ DryRun: true }, 'DryRunOperation', /DryRun/],
  [{ Resources: undefined }, 'MissingParameter', /Resources/],
  [{ Tags: [] }, 'MissingParameter', /Tags/],
  [{ Resources: ['vpc-1'] }, 'UnsupportedOperation', /tags of vpc-1 are those of the inventory/],
  [{ Resources: ['tgw-attach-1'] }, 'UnsupportedOperation', /inventory/],
  [{ Resources: ['vpc-9'] }, 'InvalidID', /^The ID 'vpc-9' is not valid$/],
  [{ Resources: ['fl-9'] }, 'InvalidFlowLogId.NotFound', /TotalCount: 1\] fl-9$/],
  [
    { Resources: Array.from({ length: 1001 }, (_, index) => `fl-${index}`) },
    'InvalidParameterValue',
    /At most 1000/,
  ],
  [{ Tags: [{ Key: 'aws:x' }] }, 'InvalidParameterValue', /reserved/],
  [
    { Tags: Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}` })) },
    'TagLimitExceeded',
    /50/,
  ],
];

for (const [change, code, message] of REFUSED) {
  test(`CreateTags with ${JSON.stringify(change).slice(0, 80)}: ${code}`, async (t) => {
    const { operations, registry } = await openFlowLogs(t);
    const Tags = [{ Key: 'first', Value: 'one' }];
    const TagSpecifications = [{ ResourceType: 'vpc-flow-log', Tags }];
    const { FlowLogIds: Resources } = await operations.create({ ...REQUEST, TagSpecifications });

    const fault = await faultOf(
      operations.createTags({ Resources, Tags: [{ Key: 'a', Value: 'b' }], ...change }),
    );

    assert.match(fault.message, message);
    assert.equal(fault.code, code);
    assert.deepEqual(registry.list()[0]?.tags, Tags);
  });
}

test('DeleteTags refuses what is not a flow log of the caller', async (t) => {
  const { operations, deps } = await openFlowLogs(t);
  const overseas = await operations.create({ ...REQUEST, ResourceIds: ['vpc-05'] });
  const Tags = [{ Key: 'a' }];

  const inventory = await faultOf(operations.deleteTags({ Resources: ['i-1'] }));
  const keyless = await faultOf(
    operations.deleteTags({ Resources: overseas.FlowLogIds, Tags: [{ Value: 'a' }] }),
  );
  const elsewhere = await faultOf(
    createTags({ Resources: overseas.FlowLogIds, Tags }, IN_REGION, deps),
  );

  assert.equal(inventory.code, 'UnsupportedOperation');
  assert.equal(keyless.code, 'MissingParameter');
  assert.equal(elsewhere.code, 'InvalidFlowLogId.NotFound');
});
