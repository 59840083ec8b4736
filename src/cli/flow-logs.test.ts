import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { ReadStream } from 'node:tty';
import { test } from 'node:test';

import fc from 'fast-check';

import { AwsError } from '../aws/aws-error.ts';
import { parseShorthand } from './aws-shorthand.ts';
import type { FlowLogFolder } from './flow-log-calls.ts';
import { registerFlowLogs, type FlowLogsDeps } from './flow-logs.ts';
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
    close: async () => undefined,
    ...answers,
  };
  const noted =
    (name: 'create' | 'describe' | 'delete') =>
    (body: unknown): Promise<unknown> => {
      calls.push([name, JSON.parse(JSON.stringify(body))]);
      return folder[name](body);
    };
  const deps: FlowLogsDeps = {
    stdin: Object.create(ReadStream.prototype) as ReadStream,
    stdout,
    stderr,
    environment: {},
    now: () => 0,
    runDaemon: async () => 0,
    runReplay: async () => 0,
    setExitCode: (code) => (exitCode = code),
    openFlowLogFolder: async () => ({
      create: noted('create'),
      describe: noted('describe'),
      delete: noted('delete'),
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
  [['list', '--output', 'xml'], /json or table/],
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
