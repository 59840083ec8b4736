import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { OperationError } from '../observe/operation-error.ts';
import {
  ALLOW_EVERYTHING,
  decide,
  parsePolicy,
  POLICY_CHARACTERS_MAX,
  type Policy,
} from './iam-policy.ts';

const VPC = 'arn:aws:ec2:us-east-1:000000000000:vpc/vpc-0123456789abcdef0';
const FLOW_LOG = 'arn:aws:ec2:us-east-1:000000000000:vpc-flow-log/fl-1';

function policy(...statements: readonly Record<string, unknown>[]): Policy {
  return parsePolicy({ Version: '2012-10-17', Statement: statements });
}

function allow(action: unknown, resource: unknown): Record<string, unknown> {
  return { Effect: 'Allow', Action: action, Resource: resource };
}

function refusalOf(document: unknown): string {
  try {
    parsePolicy(document);
  } catch (fault) {
    if (fault instanceof OperationError) return fault.message;
    throw fault;
  }
  throw new Error('the policy was taken');
}

describe('decide()', () => {
  it('allows what a statement allows, and nothing else', () => {
    const reader = policy(allow(['ec2:Describe*', 'sts:GetCallerIdentity'], '*'));

    assert.equal(decide(reader, 'ec2:DescribeFlowLogs', '*'), 'allow');
    assert.equal(decide(reader, 'ec2:DescribeFlowLogs', FLOW_LOG), 'allow');
    assert.equal(decide(reader, 'sts:GetCallerIdentity', '*'), 'allow');
    assert.equal(decide(reader, 'ec2:DeleteFlowLogs', FLOW_LOG), 'no-statement');
    assert.equal(decide(reader, 'xec2:DescribeFlowLogs', '*'), 'no-statement');
    assert.equal(decide(parsePolicy(ALLOW_EVERYTHING), 'a:b', VPC), 'allow');
  });

  it('lets Deny win, in whatever order', () => {
    const statements = [allow('*', '*'), { Effect: 'Deny', Action: 'ec2:Delete*', Resource: '*' }];

    for (const order of [statements, statements.toReversed()]) {
      assert.equal(decide(policy(...order), 'ec2:DeleteFlowLogs', FLOW_LOG), 'explicit-deny');
      assert.equal(decide(policy(...order), 'ec2:CreateFlowLogs', FLOW_LOG), 'allow');
    }
  });

  it('reads actions in any case, resources only in theirs', () => {
    const one = policy(allow('EC2:createflowlogs', VPC));

    assert.equal(decide(one, 'ec2:CreateFlowLogs', VPC), 'allow');
    assert.equal(decide(one, 'ec2:CreateFlowLogs', VPC.toUpperCase()), 'no-statement');
    assert.equal(decide(one, 'ec2:CreateFlowLogs', `${VPC}0`), 'no-statement');
  });

  it('turns NotAction and NotResource around', () => {
    const noDelete = policy({ Effect: 'Allow', NotAction: 'ec2:Delete*', Resource: '*' });
    const others = policy({ Effect: 'Deny', Action: '*', NotResource: [VPC] }, allow('*', '*'));

    assert.equal(decide(noDelete, 'ec2:CreateFlowLogs', VPC), 'allow');
    assert.equal(decide(noDelete, 'ec2:DeleteFlowLogs', VPC), 'no-statement');
    assert.equal(decide(others, 'ec2:CreateFlowLogs', VPC), 'allow');
    assert.equal(decide(others, 'ec2:CreateFlowLogs', FLOW_LOG), 'explicit-deny');
    assert.equal(decide(others, 'ec2:DescribeFlowLogs', '*'), 'explicit-deny');
  });

  it('matches ARNs by segments; missing ones match all; only * covers no resource', () => {
    const matches = (pattern: string, arn: string): boolean =>
      decide(policy(allow('*', pattern)), 'ec2:X', arn) === 'allow';

    assert.ok(matches('arn:aws:ec2:*:*:vpc/*', VPC));
    assert.ok(matches('arn:aws:ec2:us-*:??????000000:vpc/vpc-?123*', VPC));
    assert.ok(matches('arn:aws:ec2', VPC));
    assert.ok(matches('arn:aws:logs:*:*:log-group:*', 'arn:aws:logs:r:1:log-group:a:b'));
    assert.ok(matches('arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/a/b:c'));
    assert.ok(!matches('arn:aws:ec2:*:vpc/*', VPC));
    assert.ok(!matches('arn:aws:*:vpc/*', VPC));
    assert.ok(!matches('arn:aws:ec2:us-*:?:vpc/*', VPC));
    assert.ok(!matches('arn:aws:ec2:*:*:*', '*'));
    assert.ok(!matches('arn:aws:ec2', 'arn'));
    assert.ok(!matches('arn:aws:s3:::bucket', 'arn:aws:s3:::bucket/a'));
    assert.ok(matches('*', 'arn:aws:s3:::bucket') && matches('*', '*'));
  });

  it('allows nothing on what is too long to be an ARN, at once', () => {
    const stars = `arn:aws:ec2:*:*:${'*a'.repeat(1000)}b`;
    const everything = policy(allow('*', '*'), allow('*', stars));
    const arn = `arn:aws:ec2:r:1:${'a'.repeat(2000)}`;

    assert.equal(decide(everything, 'ec2:X', arn), 'allow');
    assert.equal(
      decide(everything, 'ec2:X', `arn:aws:ec2:r:1:${'a'.repeat(3000)}`),
      'no-statement',
    );
  });

  it('agrees with a regular expression on every pattern', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '/'), maxLength: 8 });
    const pattern = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '?', '/', '.'),
      maxLength: 8,
    });

    fc.assert(
      fc.property(pattern, letters, (pattern, text) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        const expected = new RegExp(`^${source}$`, 's').test(text);
        const arn = 'arn:aws:s3:::';

        const decision = decide(policy(allow('*', arn + pattern)), 's3:GetObject', arn + text);

        assert.equal(decision, expected ? 'allow' : 'no-statement');
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});

describe('parsePolicy()', () => {
  it('takes JSON text and what it holds, one statement or many', () => {
    const statement = { Sid: 'One', ...allow('*', ['*']) };
    const document = { Version: '2008-10-17', Id: 'x', Statement: statement };

    for (const source of [document, JSON.stringify(document), { Statement: [statement] }]) {
      assert.equal(decide(parsePolicy(source), 'a:b', '*'), 'allow');
    }
  });

  it('refuses what would narrow a statement and is not known', () => {
    const base = allow('*', '*');
    for (const name of ['Condition', 'Principal', 'NotPrincipal']) {
      for (const value of [{}, null, '*']) {
        const message = refusalOf({ Statement: [base, { ...base, [name]: value }] });
        assert.match(message, new RegExp(`Statement.1.${name}: is not supported`));
      }
    }
    assert.match(
      refusalOf({ Statement: allow('*', 'arn:aws:s3:::${aws:username}') }),
      /Statement.Resource: policy variables/,
    );
  });

  it('says where and what, without the content', () => {
    const cases: readonly (readonly [unknown, RegExp])[] = [
      ['{"Statement": secret}', /it is not JSON$/],
      [undefined, /it is not JSON$/],
      [[], /expected object/],
      [{}, /^The policy is refused: Statement: /],
      [{ Statement: [] }, /Statement: Too small/],
      [{ Statement: [1] }, /Statement.0: /],
      [{ Version: '2020-01-01', Statement: allow('*', '*') }, /Version: /],
      [{ Statement: { ...allow('*', '*'), Effect: 'allow' } }, /Statement.Effect: .*"Allow"/],
      [{ Statement: allow('ec2', '*') }, /Statement.Action: expected \* or SERVICE:ACTION/],
      [{ Statement: allow(['*', 'e*2:A'], '*') }, /Statement.Action.1: expected/],
      [{ Statement: allow('*', 'vpc-1') }, /Statement.Resource: expected \* or an ARN/],
      [{ Statement: { Effect: 'Allow', Resource: '*' } }, /one of Action and NotAction/],
      [{ Statement: { Effect: 'Allow', Action: '*' } }, /one of Resource and NotResource/],
      [{ Statement: { ...allow('*', '*'), NotAction: '*' } }, /one of Action and NotAction/],
      [{ Statement: { ...allow('*', '*'), Actions: '*' } }, /Unrecognized key: "Actions"/],
      [{ Statement: allow([], '*') }, /Statement.Action: Too small/],
    ];
    for (const [document, pattern] of cases) {
      const message = refusalOf(document);
      assert.match(message, pattern);
      assert.doesNotMatch(message, /secret|vpc-1|e\*2/);
    }
  });

  it(`bounds the document at ${POLICY_CHARACTERS_MAX} characters, white space aside`, () => {
    const arn = 'arn:aws:s3:::';
    const room = POLICY_CHARACTERS_MAX - JSON.stringify({ Statement: allow('*', arn) }).length;
    const document = { Statement: allow('*', arn + 'x'.repeat(room)) };

    assert.doesNotThrow(() => parsePolicy(document));
    assert.doesNotThrow(() => parsePolicy(JSON.stringify(document, null, 10)));
    const longer = { Statement: allow('*', `${arn}${'x'.repeat(room)}y`) };
    assert.match(refusalOf(longer), /it has 6145 characters, at most 6144/);
  });

  it('never throws anything else, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.jsonValue()), (source) => {
        try {
          parsePolicy(source);
        } catch (fault) {
          assert.ok(fault instanceof OperationError);
        }
      }),
      { numRuns: 1000, seed: 7 },
    );
  });
});
