import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { parseArn, parseRoleArn, partitionOf } from './arn.ts';
import {
  isLogGroupName,
  logGroupArn,
  parseLogGroupArn,
  parseStreamArn,
} from './log-destination.ts';

const PLACE = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };

test('a log group is read from its ARN, with or without :*', () => {
  const arn = 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vpc#1';
  const group = { ...PLACE, logGroupName: '/aws/vpc#1' };

  assert.deepEqual(parseLogGroupArn(arn), group);
  assert.deepEqual(parseLogGroupArn(`${arn}:*`), group);
  assert.equal(logGroupArn(PLACE, '/aws/vpc#1'), arn);
});

test('a delivery stream is read from its ARN', () => {
  const arn = 'arn:aws-cn:firehose:cn-north-1:123456789012:deliverystream/my.stream-1';
  const place = { partition: 'aws-cn', region: 'cn-north-1', accountId: '123456789012' };

  assert.deepEqual(parseStreamArn(arn), { ...place, streamName: 'my.stream-1' });
});

const NO_GROUPS = [
  '',
  'flows',
  'arn:aws:logs:eu-west-1:123456789012:log-group:',
  'arn:aws:logs:eu-west-1:123456789012:log-group:a b',
  'arn:aws:logs:eu-west-1:123456789012:log-group:a:log-stream:b',
  'arn:aws:logs:eu-west-1::log-group:a',
  'arn:aws:logs::123456789012:log-group:a',
  'arn:aws:logs:eu-west-1:12345678901:log-group:a',
  'arn:aws:s3:eu-west-1:123456789012:log-group:a',
  'arn:gcp:logs:eu-west-1:123456789012:log-group:a',
  `arn:aws:logs:eu-west-1:123456789012:log-group:${'a'.repeat(513)}`,
];

for (const arn of NO_GROUPS) {
  test(`"${arn.slice(0, 70)}" is no log group`, () => {
    assert.equal(parseLogGroupArn(arn), null);
  });
}

const NO_STREAMS = [
  'arn:aws:firehose:eu-west-1:123456789012:deliverystream/',
  'arn:aws:firehose:eu-west-1:123456789012:deliverystream/a/b',
  'arn:aws:firehose:eu-west-1:123456789012:deliverystream:a',
  `arn:aws:firehose:eu-west-1:123456789012:deliverystream/${'a'.repeat(65)}`,
  'arn:aws:firehose::123456789012:deliverystream/a',
  'arn:aws:kinesis:eu-west-1:123456789012:deliverystream/a',
];

for (const arn of NO_STREAMS) {
  test(`"${arn.slice(0, 70)}" is no delivery stream`, () => {
    assert.equal(parseStreamArn(arn), null);
  });
}

test('roles have an account, no region, and a name after their path', () => {
  const good = ['role/a', 'role/path/to/a', 'role/Aa0+=,.@_-', `role/${'a'.repeat(64)}`];
  const bad = ['role/', 'role/a b', 'user/a', 'role', `role/${'a'.repeat(65)}`, 'role/a/'];

  for (const role of good) assert.ok(parseRoleArn(`arn:aws:iam::123456789012:${role}`), role);
  for (const role of bad) assert.equal(parseRoleArn(`arn:aws:iam::123456789012:${role}`), null);
  assert.equal(parseRoleArn('arn:aws:iam:eu-west-1:123456789012:role/a'), null);
  assert.equal(parseRoleArn('arn:aws:iam:::role/a'), null);
  assert.equal(parseRoleArn('arn:aws:sts::123456789012:role/a'), null);
});

test('a region belongs to a partition', () => {
  assert.equal(partitionOf('eu-west-1'), 'aws');
  assert.equal(partitionOf('cn-north-1'), 'aws-cn');
  assert.equal(partitionOf('us-gov-west-1'), 'aws-us-gov');
});

test('what is written is read back; any other text is null or an ARN', () => {
  const name = fc.stringMatching(/^[\w./#-]{1,512}$/);
  const word = fc.constantFrom('arn', ':', 'aws', 'logs', 'eu-west-1', '123456789012', '*', '/');

  fc.assert(
    fc.property(name, (logGroupName) => {
      fc.pre(isLogGroupName(logGroupName));
      const arn = logGroupArn(PLACE, logGroupName);
      assert.deepEqual(parseLogGroupArn(arn), { ...PLACE, logGroupName });
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
      const arn = parseArn(words.join(''));
      assert.ok(arn === null || (arn.resource !== '' && arn.partition.startsWith('aws')));
    }),
  );
});
