import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { openFlowLogs, REQUEST } from '../../../test/support/flow-log-fixture.ts';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { openFlowLogRegistry } from './registry.ts';

/** As release 0.1 wrote it. */
const VERSION_1 = `{
 "version": 1,
 "flowLogs": [
  {
   "resourceType": "VPC",
   "trafficType": "ALL",
   "logDestinationType": "s3",
   "logDestination": "arn:aws:s3:::my-bucket/folder",
   "logFormat": "\${version} \${srcaddr}",
   "maxAggregationInterval": 60,
   "hiveCompatiblePartitions": true,
   "perHourPartition": false,
   "tags": [
    {
     "Key": "Name",
     "Value": "mine"
    }
   ],
   "accountId": "000000000000",
   "region": "us-east-1",
   "flowLogId": "fl-0123456789abcdef0",
   "resourceId": "vpc-0123456789abcdef0",
   "creationTimeMs": 1763640000005,
   "startSequence": 42
  }
 ],
 "usedTokens": [
  {
   "token": "t1",
   "fingerprint": "f1",
   "flowLogIds": [
    "fl-0123456789abcdef0"
   ]
  }
 ]
}
`;

test('a file of the last release is read, and written as one of this', async (t) => {
  const file = path.join(temporaryFolder(t), 'flow-logs.json');
  writeFileSync(file, VERSION_1);

  const registry = await openFlowLogRegistry(file);
  const [flowLog] = registry.list();
  await registry.update((state) => ({ state: { ...state }, result: null }));

  const expected = {
    flowLogId: 'fl-0123456789abcdef0',
    creationTimeMs: 1_763_640_000_005,
    accountId: '000000000000',
    region: 'us-east-1',
    resourceType: 'VPC',
    resourceId: 'vpc-0123456789abcdef0',
    trafficType: 'ALL',
    logDestinationType: 's3',
    logDestination: 'arn:aws:s3:::my-bucket/folder',
    logFormat: '${version} ${srcaddr}',
    maxAggregationInterval: 60,
    hiveCompatiblePartitions: true,
    perHourPartition: false,
    tags: [{ Key: 'Name', Value: 'mine' }],
    startSequence: 42,
    fileFormat: 'plain-text',
    tagFieldSpecifications: [],
    logGroupName: null,
    deliverLogsPermissionArn: null,
    deliverCrossAccountRole: null,
    formerSettings: [],
  };
  assert.deepEqual(flowLog, expected);
  const usedTokens = [{ token: 't1', fingerprint: 'f1', flowLogIds: ['fl-0123456789abcdef0'] }];
  assert.deepEqual(registry.state().usedTokens, usedTokens);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {
    version: 2,
    flowLogs: [expected],
    usedTokens,
  });
  assert.deepEqual((await openFlowLogRegistry(file)).list(), [expected]);
});

test('a damaged or newer registry is refused with what to do', async (t) => {
  const { operations, file, reopen } = await openFlowLogs(t);
  await operations.create(REQUEST);
  const good = readFileSync(file, 'utf8');

  writeFileSync(file, good.slice(0, good.length / 2));
  await assert.rejects(reopen(), /damaged; restore the file/);
  writeFileSync(file, good.replace('"ALL"', '"SOME"'));
  await assert.rejects(reopen(), /damaged at flowLogs\.0\.trafficType/);
  writeFileSync(file, good.replace('"version": 2', '"version": 3'));
  await assert.rejects(reopen(), /newer Weir/);
  writeFileSync(file, VERSION_1.replace('"VPC"', '"TransitGateway"'));
  await assert.rejects(reopen(), /damaged at flowLogs\.0\.resourceType/);
});

test('listeners hear of changes, and of nothing else', async (t) => {
  const { operations, registry } = await openFlowLogs(t);
  let heard = 0;
  const stop = registry.onChange(() => {
    heard += 1;
  });

  await operations.create(REQUEST);
  await operations.create(REQUEST);
  stop();
  await operations.create({ ...REQUEST, ResourceIds: ['vpc-2'] });

  assert.equal(heard, 1);
});
