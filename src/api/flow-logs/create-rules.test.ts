// Properties of the rules of creation: nothing but an AwsError comes of a bad request, and limits
// are where they are said to be.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { IN_REGION, REQUEST, ROLE } from '../../../test/support/flow-log-fixture.ts';
import { AwsError } from '../../aws/aws-error.ts';
import { ALL_FIELDS } from '../../spine/fields.ts';
import { OWN_COMMANDS } from './call-scope.ts';
import { checkCreateRequest } from './create-rules.ts';

const anyText = fc.oneof(
  fc.string(),
  fc.constantFrom('', 's3', 'VPC', 'vpc-1', 'ALL', 'TransitGateway', 'tgw-1', 'parquet', ROLE),
  fc.constantFrom(...ALL_FIELDS.map((field) => `\${${field.name}}`)),
);
const anyTags = fc.array(fc.record({ Key: anyText, Value: anyText }, { requiredKeys: [] }));
const anyRequest = fc.record(
  {
    ResourceIds: fc.array(anyText),
    ResourceType: anyText,
    TrafficType: anyText,
    LogDestinationType: anyText,
    LogDestination: anyText,
    LogGroupName: anyText,
    DeliverLogsPermissionArn: anyText,
    DeliverCrossAccountRole: anyText,
    LogFormat: anyText,
    MaxAggregationInterval: fc.integer(),
    DestinationOptions: fc.record({ FileFormat: anyText }, { requiredKeys: [] }),
    TagSpecifications: fc.array(fc.record({ ResourceType: anyText, Tags: anyTags })),
    TagFieldSpecifications: fc.array(
      fc.record({ ResourceType: anyText, TagKeys: fc.array(anyText) }, { requiredKeys: [] }),
    ),
    ClientToken: anyText,
    StartTime: anyText,
  },
  { requiredKeys: [] },
);

test('any request is accepted or refused by an AwsError, never anything else', () => {
  fc.assert(
    fc.property(anyRequest, fc.boolean(), fc.boolean(), (request, isOwn, isLikely) => {
      const whole = isLikely ? { ...REQUEST, ...request } : request;
      try {
        checkCreateRequest(whole, isOwn ? OWN_COMMANDS : IN_REGION, 1e12);
      } catch (fault) {
        assert.ok(fault instanceof AwsError, String(fault));
        assert.ok(fault.message.length < 2000);
      }
    }),
    { numRuns: 500 },
  );
});

test('tags within the limits are taken as they are, one beyond is refused', () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 140 });
  const tags = fc.uniqueArray(
    fc.tuple(key, fc.string({ maxLength: 270 })).map(([Key, Value]) => ({ Key, Value })),
    {
      selector: (tag) => tag.Key,
      maxLength: 55,
    },
  );

  fc.assert(
    fc.property(tags, (Tags) => {
      const isAllowed = Tags.every(
        ({ Key, Value }) =>
          Array.from(Key).length <= 128 && Array.from(Value).length <= 256 && !/^aws:/i.test(Key),
      );
      const check = (): unknown =>
        checkCreateRequest({ ...REQUEST, ...taggedWith(Tags) }, OWN_COMMANDS, 0).tags;
      if (isAllowed && Tags.length <= 50) assert.deepEqual(check(), Tags);
      else assert.throws(check, AwsError);
    }),
  );
});

test('as many resources are taken as the type allows, and not one more', () => {
  const types = fc.constantFrom(
    ['VPC', 'vpc-', 300],
    ['TransitGateway', 'tgw-', 25],
  ) as fc.Arbitrary<[string, string, number]>;

  fc.assert(
    fc.property(types, fc.integer({ min: -3, max: 3 }), ([ResourceType, prefix, max], more) => {
      const ResourceIds = Array.from({ length: max + more }, (_, index) => `${prefix}${index}`);
      const TrafficType = ResourceType === 'VPC' ? 'ALL' : undefined;
      const request = { ...REQUEST, ResourceType, ResourceIds, TrafficType };
      const check = (): unknown => checkCreateRequest(request, OWN_COMMANDS, 0).resourceIds;
      if (more <= 0) assert.deepEqual(check(), ResourceIds);
      else assert.throws(check, AwsError);
    }),
  );
});

function taggedWith(Tags: readonly object[]): object {
  return { TagSpecifications: [{ ResourceType: 'vpc-flow-log', Tags }] };
}
