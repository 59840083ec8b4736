import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { parseS3Destination } from './s3-destination.ts';

test('bucket and folder are taken apart; the folder ends with a slash', () => {
  const bare = { partition: 'aws', bucket: 'my-bucket', folder: '' };
  const china = { partition: 'aws-cn', bucket: 'my.bucket.1', folder: 'a/b/' };

  assert.deepEqual(parseS3Destination('arn:aws:s3:::my-bucket'), bare);
  assert.deepEqual(parseS3Destination('arn:aws:s3:::my-bucket/'), bare);
  assert.deepEqual(parseS3Destination('arn:aws-cn:s3:::my.bucket.1/a/b'), china);
  assert.deepEqual(parseS3Destination('arn:aws-cn:s3:::my.bucket.1/a/b/'), china);
});

const FAULTS: readonly (readonly [arn: string, fault: RegExp])[] = [
  ['my-bucket', /expected arn:aws:s3/],
  ['arn:aws:s3:us-east-1::my-bucket', /expected/],
  ['arn:aws:sqs:::my-bucket', /expected/],
  ['arn:aws:s3:::', /bucket name ""/],
  ['arn:aws:s3:::My-Bucket', /lower-case/],
  ['arn:aws:s3:::ab', /3 to 63/],
  [`arn:aws:s3:::${'a'.repeat(64)}`, /3 to 63/],
  ['arn:aws:s3:::-bucket', /both ends/],
  ['arn:aws:s3:::my..bucket', /two dots/],
  ['arn:aws:s3:::192.168.0.1', /IP address/],
  ['arn:aws:s3:::xn--bucket', /reserved "xn--"/],
  ['arn:aws:s3:::bucket-s3alias', /reserved "-s3alias"/],
  ['arn:aws:s3:::my-bucket/AWSLogs', /AWSLogs is reserved/],
  ['arn:aws:s3:::my-bucket/a/AWSLogs/b/', /AWSLogs is reserved/],
  ['arn:aws:s3:::my-bucket//a', /empty part/],
  ['arn:aws:s3:::my-bucket/a/../../b', /part "\.\."/],
  ['arn:aws:s3:::my-bucket/a\nb', /control character/],
  [`arn:aws:s3:::my-bucket/${'a/'.repeat(400)}`, /longer than 700/],
  [`arn:aws:s3:::my-bucket/${'a'.repeat(256)}`, /longer than 255/],
];

for (const [arn, fault] of FAULTS) {
  test(`${JSON.stringify(arn.slice(0, 60))} is refused`, () => {
    const parsed = parseS3Destination(arn);

    assert.ok('fault' in parsed);
    assert.match(parsed.fault, fault);
  });
}

test('what is accepted never leads out of the bucket', () => {
  const part = fc.constantFrom('..', '.', '', 'a', '\0', ' ', '...', 'AWSLogs', 'é');
  const folders = fc.array(part, { maxLength: 5 }).map((parts) => parts.join('/'));

  fc.assert(
    fc.property(folders, (folder) => {
      const parsed = parseS3Destination(`arn:aws:s3:::my-bucket/${folder}`);
      if ('fault' in parsed) return;
      assert.ok(!/(^|\/)\.{1,2}(\/|$)|\0|\/\/|^\//.test(parsed.folder));
    }),
  );
});
