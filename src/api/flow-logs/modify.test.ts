import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import {
  faultOf,
  IN_REGION,
  openFlowLogs,
  REQUEST,
  ROLE,
  type OpenedFlowLogs,
} from '../../../test/support/flow-log-fixture.ts';
import { settingsAt, type FlowLog } from '../../aws/flow-log.ts';
import { modifyFlowLogs } from './index.ts';

const FORMAT = '${version} ${srcaddr}';

interface Modified extends OpenedFlowLogs {
  /** The store's last sequence, and how far delivery is; tests move them. */
  readonly store: { lastSequence: number; delivered: number };
  readonly id: string;
  readonly flowLog: () => FlowLog;
}

async function openOne(t: TestContext, change: object = {}): Promise<Modified> {
  const store = { lastSequence: 10, delivered: 0 };
  const opened = await openFlowLogs(t, {
    lastSequence: () => store.lastSequence,
    deliveryState: () => ({
      deliverLogsStatus: 'SUCCESS',
      deliverLogsErrorMessage: null,
      deliveredSequence: store.delivered,
    }),
  });
  const { FlowLogIds } = await opened.operations.create({ ...REQUEST, ...change });
  const [id = ''] = FlowLogIds;
  const flowLog = (): FlowLog => {
    const found = opened.registry.list().find((entry) => entry.flowLogId === id);
    assert.ok(found);
    return found;
  };
  return { ...opened, store, id, flowLog };
}

test('new settings hold from the next commit on, former ones up to the last', async (t) => {
  const { operations, store, id, flowLog, reopen } = await openOne(t, { LogFormat: FORMAT });
  store.lastSequence = 20;

  const answer = await operations.modify({
    FlowLogIds: [id],
    LogFormat: '${bytes}   ${packets}',
    MaxAggregationInterval: 60,
    TrafficType: 'REJECT',
    DestinationOptions: { PerHourPartition: true },
  });

  assert.deepEqual(answer, { FlowLogIds: [id], Unsuccessful: [] });
  assert.equal(settingsAt(flowLog(), 20).logFormat, FORMAT);
  assert.equal(settingsAt(flowLog(), 20).trafficType, 'ALL');
  const now = settingsAt(flowLog(), 21);
  assert.equal(now.logFormat, '${bytes}   ${packets}');
  assert.equal(now.maxAggregationInterval, 60);
  assert.equal(now.trafficType, 'REJECT');
  assert.deepEqual([now.perHourPartition, now.hiveCompatiblePartitions], [true, false]);
  assert.equal(flowLog().formerSettings[0]?.untilSequence, 20);
  assert.deepEqual(Object.keys(flowLog().formerSettings[0] ?? {}).toSorted(), [
    ...['fileFormat', 'hiveCompatiblePartitions', 'logFormat', 'maxAggregationInterval'],
    ...['perHourPartition', 'tagFieldSpecifications', 'trafficType', 'untilSequence'],
  ]);
  const { FlowLogs } = await (await reopen()).describe({});
  assert.equal(FlowLogs[0]?.LogFormat, '${bytes}   ${packets}');
});

test('what changes nothing, or is changed before a commit, leaves no trace', async (t) => {
  const { operations, store, id, flowLog, registry } = await openOne(t);
  let changes = 0;
  registry.onChange(() => {
    changes += 1;
  });

  await operations.modify({ FlowLogIds: [id], TrafficType: 'ACCEPT' });
  assert.deepEqual(flowLog().formerSettings, []);
  store.lastSequence = 11;
  const same = await operations.modify({ FlowLogIds: [id], TrafficType: 'ACCEPT' });
  assert.deepEqual(same, { FlowLogIds: [id], Unsuccessful: [] });
  assert.deepEqual([flowLog().formerSettings, changes], [[], 1]);
  await operations.modify({ FlowLogIds: [id], TrafficType: 'REJECT' });
  await operations.modify({ FlowLogIds: [id], TrafficType: 'ALL' });

  assert.deepEqual(
    flowLog().formerSettings.map((former) => [former.trafficType, former.untilSequence]),
    [['ACCEPT', 11]],
  );
});

test('of more than 100 former settings those that are delivered are forgotten', async (t) => {
  const { operations, store, id, flowLog } = await openOne(t);
  const modify = async () => {
    store.lastSequence += 1;
    const TrafficType = flowLog().trafficType === 'ALL' ? 'REJECT' : 'ALL';
    return operations.modify({ FlowLogIds: [id], TrafficType });
  };
  for (let count = 0; count < 100; count += 1) await modify();

  const refused = await modify();
  const kept = flowLog();
  store.delivered = 60;
  const accepted = await modify();

  assert.deepEqual(refused.FlowLogIds, []);
  assert.deepEqual(refused.Unsuccessful[0]?.Error?.Code, 'IncorrectState');
  assert.match(refused.Unsuccessful[0]?.Error?.Message ?? '', /modified 100 times/);
  assert.equal(kept.formerSettings.length, 100);
  assert.deepEqual(accepted.FlowLogIds, [id]);
  assert.equal(flowLog().formerSettings[0]?.untilSequence, 61);
});

test('tag keys go with the fields that show them', async (t) => {
  const TagFieldSpecifications = [{ ResourceType: 'instance', TagKeys: ['a', 'b'] }];
  const { operations, id, flowLog } = await openOne(t, {
    LogFormat: '${instance-tag}',
    TagFieldSpecifications,
  });

  await operations.modify({ FlowLogIds: [id], LogFormat: '${instance-tag-2}' });
  assert.deepEqual(flowLog().tagFieldSpecifications, TagFieldSpecifications);
  await operations.modify({
    FlowLogIds: [id],
    TagFieldSpecifications: [{ ResourceType: 'instance', TagKeys: ['c', 'd'] }],
  });
  assert.deepEqual(flowLog().tagFieldSpecifications[0]?.TagKeys, ['c', 'd']);
  await operations.modify({ FlowLogIds: [id], LogFormat: '${bytes}' });

  assert.deepEqual(flowLog().tagFieldSpecifications, []);
});

test('a flow log may not become the twin of another', async (t) => {
  const { operations, id, flowLog } = await openOne(t);
  const other = await operations.create({ ...REQUEST, TrafficType: 'REJECT' });
  const third = await operations.create({ ...REQUEST, TrafficType: 'ACCEPT' });
  const ids = [id, ...other.FlowLogIds, ...third.FlowLogIds];

  const answer = await operations.modify({ FlowLogIds: ids, TrafficType: 'REJECT' });

  assert.deepEqual(answer.FlowLogIds, other.FlowLogIds);
  assert.deepEqual(
    answer.Unsuccessful.map((item) => [item.ResourceId, item.Error?.Code]),
    [id, ...third.FlowLogIds].map((refused) => [refused, 'FlowLogAlreadyExists']),
  );
  assert.equal(flowLog().trafficType, 'ALL');
});

test('two flow logs may not become twins in one call', async (t) => {
  const { operations, id } = await openOne(t);
  const other = await operations.create({ ...REQUEST, TrafficType: 'ACCEPT' });
  const ids = [id, ...other.FlowLogIds];

  const answer = await operations.modify({ FlowLogIds: ids, TrafficType: 'REJECT' });

  assert.deepEqual(answer.FlowLogIds, [id]);
  assert.equal(answer.Unsuccessful[0]?.Error?.Code, 'FlowLogAlreadyExists');
});

test('a format that is not named is not judged again', async (t) => {
  const { operations, id } = await openOne(t, { LogFormat: 'all' });

  const answer = await operations.modify({ FlowLogIds: [id], MaxAggregationInterval: 60 });

  assert.deepEqual(answer.Unsuccessful, []);
});

type Refusal = readonly [change: object, code: string, message: RegExp];

const REFUSED: readonly Refusal[] = [
  [{ DryRun: true }, 'DryRunOperation', /DryRun/],
  [{ TrafficType: undefined }, 'MissingParameter', /TrafficType or LogFormat or/],
  [{ FlowLogIds: [] }, 'InvalidParameterValue', /Value null at 'flowLogId'/],
  [{ FlowLogIds: ['fl-0'] }, 'InvalidFlowLogId.NotFound', /TotalCount: 1\] fl-0$/],
  [{ TrafficType: 'SOME' }, 'InvalidParameterValue', /ACCEPT, REJECT, ALL/],
  [{ MaxAggregationInterval: 61 }, 'InvalidParameter', /Max Aggregation Interval/],
  [{ LogFormat: '${version},' }, 'InvalidParameterValue', /at 'logFormat'/],
  [{ LogFormat: 'all' }, 'InvalidParameterValue', /Value 'all' at 'logFormat'/],
  [{ LogFormat: '${tgw-id}' }, 'InvalidParameter', /transit gateway/],
  [{ LogFormat: '${ecs-task-id}' }, 'UnauthorizedOperation', /minimum of 1 ECS Cluster/],
  [{ LogFormat: '${asg-tag}' }, 'InvalidParameter', /must be set when including tag fields/],
  [
    { TagFieldSpecifications: [{ ResourceType: 'instance', TagKeys: ['a'] }] },
    'InvalidParameter',
    /must not be set without tag fields/,
  ],
  [{ DestinationOptions: { FileFormat: 'csv' } }, 'InvalidParameterValue', /parquet/],
];

for (const [change, code, message] of REFUSED) {
  test(`modifying to ${JSON.stringify(change)} is refused with ${code}`, async (t) => {
    const { deps, id, flowLog } = await openOne(t);
    const before = flowLog();
    const request = { FlowLogIds: [id], TrafficType: 'REJECT', ...change };

    const fault = await faultOf(modifyFlowLogs(request, IN_REGION, deps));

    assert.match(fault.message, message);
    assert.equal(fault.code, code);
    assert.equal(flowLog(), before);
  });
}

test('gateways keep their interval, log groups have no options', async (t) => {
  const gateway = await openOne(t, {
    ...{ ResourceType: 'TransitGateway', ResourceIds: ['tgw-1'], TrafficType: undefined },
  });
  const logs = await openOne(t, {
    ...{ LogDestinationType: 'cloud-watch-logs', LogDestination: undefined },
    ...{ LogGroupName: 'flows', DeliverLogsPermissionArn: ROLE },
  });
  const DestinationOptions = { HiveCompatiblePartitions: true };

  const refused = async (opened: Modified, change: object): Promise<string> =>
    (await faultOf(opened.operations.modify({ FlowLogIds: [opened.id], ...change }))).message;

  assert.match(await refused(gateway, { MaxAggregationInterval: 600 }), /aggregation-interval/);
  assert.match(await refused(gateway, { TrafficType: 'ALL' }), /traffic-type is not supported/);
  assert.match(await refused(logs, { DestinationOptions }), /DestinationOptions is not applicable/);
  const format = await gateway.operations.modify({
    FlowLogIds: [gateway.id],
    LogFormat: '${tgw-id}',
  });
  assert.deepEqual(format.Unsuccessful, []);
});
