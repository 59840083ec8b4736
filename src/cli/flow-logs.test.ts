import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { ReadStream } from 'node:tty';
import { test } from 'node:test';

import fc from 'fast-check';

import { AwsError } from '../aws/aws-error.ts';
import { parseShorthand } from './aws-shorthand.ts';
import type { FlowLogFolder } from './flow-log-calls.ts';
import { registerFlowLogs, type FlowLogsDeps } from './flow-logs.ts';
import { sinceTime } from './since-time.ts';
import { Command, CommanderError } from 'commander';
import { OperationError } from '../observe/operation-error.ts';

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Bodies of the calls, by operation. */
  readonly calls: readonly (readonly [operation: string, body: unknown])[];
}

const FLOW_LOG = {
  CreationTime: '2026-11-20T12:00:00.005Z',
  DeliverLogsStatus: 'FAILED',
  DeliverLogsErrorMessage: 'Access error',
  FlowLogId: 'fl-1',
  FlowLogStatus: 'ACTIVE',
  ResourceId: 'vpc-1',
  TrafficType: 'ALL',
  LogDestination: 'arn:aws:s3:::my-bucket',
  Tags: [{ Key: 'Name', Value: 'mine' }],
  MaxAggregationInterval: 60,
};

const NOW_MS = Date.UTC(2026, 10, 21, 12);

/** Runs `weir flow-logs ...` against a folder that answers what it is told to. */
async function run(argv: readonly string[], answers: Partial<FlowLogFolder> = {}): Promise<Run> {
  const calls: [string, unknown][] = [];
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let exitCode = 0;
  const folder: FlowLogFolder = {
    create: async () => ({ ClientToken: 't', FlowLogIds: ['fl-1'], Unsuccessful: [] }),
    describe: async () => ({ FlowLogs: [FLOW_LOG] }),
    delete: async () => ({ Unsuccessful: [] }),
    modify: async () => ({ FlowLogIds: ['fl-1'], Unsuccessful: [] }),
    createTags: async () => ({ Return: true }),
    deleteTags: async () => ({ Return: true }),
    close: async () => undefined,
    ...answers,
  };
  const noted =
    (name: Exclude<keyof FlowLogFolder, 'close'>) =>
    (body: unknown): Promise<unknown> => {
      calls.push([name, JSON.parse(JSON.stringify(body))]);
      return folder[name](body);
    };
  const deps: FlowLogsDeps = {
    stdin: Object.create(ReadStream.prototype) as ReadStream,
    stdout,
    stderr,
    environment: {},
    now: () => NOW_MS,
    runDaemon: async () => 0,
    runReplay: async () => 0,
    setExitCode: (code) => (exitCode = code),
    openFlowLogFolder: async () => ({
      create: noted('create'),
      describe: noted('describe'),
      delete: noted('delete'),
      modify: noted('modify'),
      createTags: noted('createTags'),
      deleteTags: noted('deleteTags'),
      close: () => folder.close(),
    }),
  };
  const program = new Command('weir');
  program.exitOverride().configureOutput({ writeErr: () => undefined });
  registerFlowLogs(program, deps);
  try {
    await program.parseAsync(['flow-logs', ...argv, '--data', '/nowhere'], { from: 'user' });
  } catch (fault) {
    if (!(fault instanceof CommanderError) && !(fault instanceof OperationError)) throw fault;
    stderr.write(fault.message);
    exitCode = fault instanceof CommanderError ? 2 : 1;
  }
  return {
    exitCode,
    stdout: String(stdout.read() ?? ''),
    stderr: String(stderr.read() ?? ''),
    calls,
  };
}

const CREATE = ['create', '--resource-type', 'VPC', '--traffic-type', 'ALL', '--resource-ids'];

test('the parameters of the aws CLI become the members of the request', async () => {
  const result = await run([
    ...CREATE,
    'vpc-1',
    'vpc-2',
    ...['--log-destination-type', 's3', '--log-destination', 'arn:aws:s3:::b/x'],
    ...['--log-format', '${version} ${bytes}', '--max-aggregation-interval', '60'],
    ...['--destination-options', 'HiveCompatiblePartitions=true,PerHourPartition=false'],
    ...['--tag-specifications', 'ResourceType=vpc-flow-log,Tags=[{Key=a,Value=b},{Key=c,Value=}]'],
    ...['--client-token', 'token'],
  ]);

  assert.deepEqual(result.calls, [
    [
      'create',
      {
        ResourceIds: ['vpc-1', 'vpc-2'],
        ResourceType: 'VPC',
        TrafficType: 'ALL',
        LogDestinationType: 's3',
        LogDestination: 'arn:aws:s3:::b/x',
        LogFormat: '${version} ${bytes}',
        MaxAggregationInterval: 60,
        DestinationOptions: { HiveCompatiblePartitions: true, PerHourPartition: false },
        TagSpecifications: [
          {
            ResourceType: 'vpc-flow-log',
            Tags: [
              { Key: 'a', Value: 'b' },
              { Key: 'c', Value: '' },
            ],
          },
        ],
        ClientToken: 'token',
      },
    ],
  ]);
  assert.equal(
    result.stdout,
    '{\n    "ClientToken": "t",\n    "FlowLogIds": [\n        "fl-1"\n    ],\n' +
      '    "Unsuccessful": []\n}\n',
  );
  assert.equal(result.exitCode, 0);
});

test('what goes beyond AWS: --since, tag fields and roles', async () => {
  const result = await run([
    ...['create', '--resource-type', 'VPC', '--traffic-type', 'ALL', '--resource-ids', 'vpc-1'],
    ...['--log-destination-type', 'kinesis-data-firehose', '--since', '2d'],
    ...['--log-destination', 'arn:aws:firehose:eu-west-1:210987654321:deliverystream/s'],
    ...['--deliver-logs-permission-arn', 'arn:aws:iam::123456789012:role/a'],
    ...['--deliver-cross-account-role', 'arn:aws:iam::210987654321:role/b'],
    ...['--log-format', '${instance-tag} ${instance-tag-2} ${asg-tag}'],
    '--tag-field-specifications',
    'ResourceType=instance,TagKeys=Name,team',
    'ResourceType=auto-scaling-group,TagKeys=env',
  ]);

  const [, body] = result.calls[0] ?? ['', {}];
  const { StartTime, TagFieldSpecifications, DeliverCrossAccountRole } = body as Record<
    string,
    unknown
  >;
  assert.equal(StartTime, '2026-11-19T12:00:00.000Z');
  assert.deepEqual(TagFieldSpecifications, [
    { ResourceType: 'instance', TagKeys: ['Name', 'team'] },
    { ResourceType: 'auto-scaling-group', TagKeys: ['env'] },
  ]);
  assert.equal(DeliverCrossAccountRole, 'arn:aws:iam::210987654321:role/b');
});

test('a format of transit gateways passes the command line', async () => {
  const result = await run([
    ...['create', '--resource-type', 'TransitGateway', '--resource-ids', 'tgw-1'],
    ...['--log-format', '${tgw-id} ${bytes}'],
  ]);

  assert.deepEqual(result.calls, [
    [
      'create',
      {
        ResourceType: 'TransitGateway',
        ResourceIds: ['tgw-1'],
        LogFormat: '${tgw-id} ${bytes}',
      },
    ],
  ]);
});

test('modify, tag and untag', async () => {
  const modified = await run([
    ...['modify', '--flow-log-ids', 'fl-1', 'fl-2', '--max-aggregation-interval', '60'],
    ...['--destination-options', 'PerHourPartition=true', '--traffic-type', 'REJECT'],
  ]);
  const tagged = await run(['tag', '--resources', 'fl-1', '--tags', 'Key=a,Value=b', 'Key=c']);
  const untagged = await run(['untag', '--resources', 'fl-1']);

  assert.deepEqual(modified.calls, [
    [
      'modify',
      {
        FlowLogIds: ['fl-1', 'fl-2'],
        TrafficType: 'REJECT',
        MaxAggregationInterval: 60,
        DestinationOptions: { PerHourPartition: true },
      },
    ],
  ]);
  assert.deepEqual(JSON.parse(modified.stdout), { FlowLogIds: ['fl-1'], Unsuccessful: [] });
  assert.deepEqual(tagged.calls, [
    ['createTags', { Resources: ['fl-1'], Tags: [{ Key: 'a', Value: 'b' }, { Key: 'c' }] }],
  ]);
  assert.deepEqual(untagged.calls, [['deleteTags', { Resources: ['fl-1'] }]]);
  assert.equal(tagged.stdout + untagged.stdout, '');
});

test('--since takes spans and times that have passed', () => {
  const refused = ['', '1', 'h', '1w', '2026-11-22', '2026-11-21T12:00:01Z', '1969-01-01', 'now'];

  assert.equal(sinceTime('90s', NOW_MS), '2026-11-21T11:58:30.000Z');
  assert.equal(sinceTime('0m', NOW_MS), '2026-11-21T12:00:00.000Z');
  assert.equal(sinceTime('2026-11-21T13:00+02:00', NOW_MS), '2026-11-21T11:00:00.000Z');
  assert.equal(sinceTime('2026-11-21', NOW_MS), '2026-11-21T00:00:00.000Z');
  for (const text of refused) assert.throws(() => sinceTime(text, NOW_MS), /passed/, text);
});

test('a resource that failed gives exit code 1 and its reason', async () => {
  const Unsuccessful = [{ ResourceId: 'vpc-9', Error: { Code: 'C', Message: 'It is not there' } }];
  const create = async (): Promise<unknown> => ({ ClientToken: 't', FlowLogIds: [], Unsuccessful });

  const result = await run([...CREATE, 'vpc-9'], { create });

  assert.equal(result.exitCode, 1);
  assert.equal(result.stderr, 'weir: vpc-9: It is not there (C)\n');
  assert.match(result.stdout, /"Unsuccessful": \[/);
});

test('a refused call is told in the words of the aws CLI', async () => {
  const create = (): Promise<unknown> => {
    throw new AwsError('InvalidParameter', 400, 'So not');
  };

  const result = await run([...CREATE, 'vpc-1'], { create });

  assert.equal(result.exitCode, 1);
  const words = 'An error occurred (InvalidParameter) when calling the CreateFlowLogs operation: ';
  assert.equal(result.stderr, `${words}So not`);
});

const WRONG: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
  [['create', '--resource-type', 'VPC'], /--resource-ids/],
  [[...CREATE, 'vpc-1', '--log-format', '${version} ${srcadr}'], /srcaddr\}\? at character 13/],
  [[...CREATE, 'vpc-1', '--max-aggregation-interval', 'x'], /whole number/],
  [[...CREATE, 'vpc-1', '--destination-options', 'Hive=true'], /"Hive" is none of/],
  [[...CREATE, 'vpc-1', '--destination-options', 'PerHourPartition=1'], /true or false/],
  [[...CREATE, 'vpc-1', '--tag-specifications', 'ResourceType=vpc-flow-log,Tags=[{'], /expected/],
  [[...CREATE, 'vpc-1', '--since', '2099-01-01'], /has passed/],
  [['list', '--output', 'xml'], /json or table/],
  [['modify', '--traffic-type', 'ALL'], /--flow-log-ids/],
  [['tag', '--resources', 'fl-1'], /--tags/],
  [['delete'], /--flow-log-ids/],
];

for (const [argv, message] of WRONG) {
  test(`wrong usage: ${argv.slice(-2).join(' ')}`, async () => {
    const result = await run(argv);

    assert.equal(result.exitCode, 2);
    assert.match(result.stderr, message);
    assert.deepEqual(result.calls, []);
  });
}

test('list prints AWS JSON, or a table for people', async () => {
  const json = await run(['list', '--filter', 'Name=resource-id,Values=vpc-1,vpc-2']);
  const table = await run(['list', '--output', 'table']);

  assert.deepEqual(json.calls[0]?.[1], {
    Filter: [{ Name: 'resource-id', Values: ['vpc-1', 'vpc-2'] }],
  });
  assert.deepEqual(JSON.parse(json.stdout), { FlowLogs: [FLOW_LOG] });
  const [heading, row] = table.stdout.split('\n');
  assert.match(heading ?? '', /^FLOW LOG +NAME +RESOURCE/);
  assert.match(
    row ?? '',
    /^fl-1 +mine +vpc-1 +ALL +60 s .* FAILED: Access error +2026-11-20 12:00/,
  );
});

test('delete takes several ids', async () => {
  const result = await run(['delete', '--flow-log-ids', 'fl-1', 'fl-2']);

  assert.deepEqual(result.calls, [['delete', { FlowLogIds: ['fl-1', 'fl-2'] }]]);
  assert.deepEqual(JSON.parse(result.stdout), { Unsuccessful: [] });
});

test('shorthand: quotes, nesting, lists and JSON', () => {
  assert.deepEqual(parseShorthand('A=1,B="x, \\"y\\"",C=\'z\''), { A: '1', B: 'x, "y"', C: 'z' });
  assert.deepEqual(parseShorthand('A=[1,2],B={C=3},D=4,5'), {
    A: ['1', '2'],
    B: { C: '3' },
    D: ['4', '5'],
  });
  assert.deepEqual(parseShorthand('{"A":true}'), { A: true });
});

test('shorthand: any text is parsed or refused, never anything else', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom('A', '=', ',', '[', ']', '{', '}', '"', ' ')).map((p) => p.join('')),
  );

  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseShorthand(text);
      } catch (fault) {
        assert.ok(fault instanceof SyntaxError);
      }
    }),
  );
});
