import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { textObjectKey } from '../../deliver/object-key.ts';
import type { FlowLog } from '../../aws/flow-log.ts';
import { renderLogFormat } from '../../records/log-format.ts';
import { columnName, VPC_FIELDS, type Field } from '../../spine/fields.ts';
import {
  DAILY,
  generate,
  type IntegrationRequest,
  readTemplate,
  resourcesOf,
  type Template,
} from '../../../test/support/athena-fixture.ts';
import { FLOW_LOG } from '../../../test/support/delivery-fixture.ts';

/** CloudFormation's bound for a template that lies in S3, and for one in the request. */
const TEMPLATE_BYTES_MAX = 1_048_576;
const REQUEST_BODY_BYTES_MAX = 51_200;

const upTo = (version: number): Field[] => VPC_FIELDS.filter((field) => field.version <= version);
const FORMATS: Readonly<Record<string, readonly Field[]>> = {
  default: upTo(2),
  v5: upTo(5),
  alphabetical: [...upTo(5)].sort((a, b) => a.name.localeCompare(b.name)),
  ecs: [...upTo(2), ...VPC_FIELDS.filter(({ name }) => name.startsWith('ecs-'))],
  all: VPC_FIELDS,
};
const PAST = {
  PartitionStartDate: '2026-01-01T00:00:00.000Z',
  PartitionEndDate: '2026-01-31T00:00:00.000Z',
};
const INTEGRATIONS: readonly IntegrationRequest[] = [
  DAILY,
  { ...DAILY, PartitionLoadFrequency: 'weekly' },
  { ...DAILY, PartitionLoadFrequency: 'monthly', ...PAST },
  { ...DAILY, PartitionLoadFrequency: 'none', ...PAST },
];

interface Case {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly flowLog: Partial<FlowLog>;
}

const CASES: readonly Case[] = Object.entries(FORMATS).flatMap(([name, fields]) =>
  (['plain-text', 'parquet'] as const).flatMap((fileFormat) =>
    [false, true].flatMap((hiveCompatiblePartitions) =>
      [false, true].map((perHourPartition) => ({
        name: `${name} ${fileFormat} hive=${hiveCompatiblePartitions} hourly=${perHourPartition}`,
        fields,
        flowLog: {
          logFormat: renderLogFormat(fields),
          logDestination: 'arn:aws:s3:::my-bucket/a folder/',
          fileFormat,
          hiveCompatiblePartitions,
          perHourPartition,
        },
      })),
    ),
  ),
);

interface TableInput {
  readonly Name: string;
  readonly PartitionKeys: readonly { readonly Name: string; readonly Type: string }[];
  readonly Parameters: Readonly<Record<string, string>>;
  readonly StorageDescriptor: {
    readonly Location: string;
    readonly Columns: readonly { readonly Name: string; readonly Type: string }[];
  };
}

function tablesOf(template: Template): readonly TableInput[] {
  return resourcesOf(template, 'AWS::Glue::Table').map(
    ({ Properties }) => Properties['TableInput'] as TableInput,
  );
}

/** Names that Ref, Fn::GetAtt and Fn::Sub stand for, anywhere below. */
function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [(inner as string[])[0] ?? ''];
    if (key === 'DependsOn') return inner as string[];
    if (key === 'Fn::Sub') {
      return [...String(inner).matchAll(/\$\{(?!!)([^}]+)\}/g)].map((match) => match[1] ?? '');
    }
    return referencesIn(inner);
  });
}

describe('integrationTemplate', () => {
  for (const { name, fields, flowLog } of CASES) {
    it(`${name}: columns are the format's, references resolve`, () => {
      const template = readTemplate(generate(flowLog, INTEGRATIONS));

      const tables = tablesOf(template);
      assert.equal(tables.length, 4);
      for (const { StorageDescriptor } of tables) {
        assert.deepEqual(
          StorageDescriptor.Columns.map((column) => column.Name),
          fields.map(columnName),
        );
      }
      const known = new Set([
        ...Object.keys(template.Resources),
        ...['AWS::AccountId', 'AWS::Partition', 'AWS::Region'],
      ]);
      const missing = referencesIn(template).filter((reference) => !known.has(reference));
      assert.deepEqual(missing, []);
      const ids = [...Object.keys(template.Resources), ...Object.keys(template.Outputs)];
      assert.deepEqual(
        ids.filter((id) => !/^[A-Za-z0-9]{1,255}$/.test(id)),
        [],
      );
    });

    it(`${name}: partitions lie where delivery puts objects`, () => {
      const template = readTemplate(generate(flowLog));

      const properties = template.Resources['Partitions1']?.Properties ?? {};
      const slotStart = Date.UTC(2026, 1, 3, 4, 5) / 1000;
      const digits = { year: '2026', month: '02', day: '03', hour: '04' };
      const key = textObjectKey({ ...FLOW_LOG, ...flowLog }, 'a folder/', {
        slotStart,
        firstSequence: 1,
        part: 0,
      });
      const folder = String(properties['Path']).replace(
        /\{(year|month|day|hour)\}/g,
        (_, word: keyof typeof digits) => digits[word],
      );
      assert.equal(
        `${String(properties['Location'])}${folder}`,
        `s3://my-bucket/${key.slice(0, key.lastIndexOf('/') + 1)}`,
      );
      const [table] = tablesOf(template);
      assert.equal(table?.StorageDescriptor.Location, properties['Location']);
    });
  }

  it('has the names that AWS gives', () => {
    const template = readTemplate(generate({}, INTEGRATIONS));

    const id = 'fl0123456789abcdef0';
    assert.deepEqual(template.Resources['VpcFlowLogsDatabase']?.Properties['DatabaseInput'], {
      Name: `vpcflowlogsathenadatabase${id}`,
    });
    assert.deepEqual(
      tablesOf(template).map((table) => table.Name),
      [
        `${id}daily2026112020261120`,
        `${id}weekly2026112020261120`,
        `${id}monthly2026010120260131`,
        `${id}none2026010120260131`,
      ],
    );
    assert.deepEqual(
      resourcesOf(template, 'AWS::Athena::WorkGroup').map(({ Properties }) => Properties['Name']),
      tablesOf(template).map((table) => `${table.Name}workgroup`),
    );
  });

  it('schedules all frequencies but none, and every schedule may call the function', () => {
    const template = readTemplate(generate({}, INTEGRATIONS));

    const schedules = resourcesOf(template, 'AWS::Events::Rule');
    assert.deepEqual(
      schedules.map(({ Properties }) => Properties['ScheduleExpression']),
      ['cron(0 0 * * ? *)', 'cron(0 0 ? * MON *)', 'cron(0 0 1 * ? *)'],
    );
    const allowed = resourcesOf(template, 'AWS::Lambda::Permission').map(
      ({ Properties }) => Properties['SourceArn'],
    );
    assert.deepEqual(
      allowed,
      [1, 2, 3].map((number) => ({ 'Fn::GetAtt': [`Schedule${number}`, 'Arn'] })),
    );
    assert.equal(template.Resources['Schedule4'], undefined);
    assert.equal(resourcesOf(template, 'Custom::VpcFlowLogsPartitions').length, 4);
  });

  it('text tables skip the header line, Parquet tables do not', () => {
    const [text, parquet] = (['plain-text', 'parquet'] as const).map((fileFormat) => {
      const [table] = tablesOf(readTemplate(generate({ fileFormat })));
      return table?.Parameters['skip.header.line.count'];
    });

    assert.deepEqual([text, parquet], ['1', undefined]);
  });

  it('leaves out the queries whose fields the format lacks', () => {
    const counts = Object.entries(FORMATS).map(([name, fields]) => {
      const template = readTemplate(generate({ logFormat: renderLogFormat(fields) }));
      return [name, resourcesOf(template, 'AWS::Athena::NamedQuery').length];
    });
    const few = readTemplate(generate({ logFormat: '${subnet-id} ${bytes} ${log-status}' }));

    assert.deepEqual(counts, [
      ['default', 12],
      ['v5', 16],
      ['alphabetical', 16],
      ['ecs', 12],
      ['all', 16],
    ]);
    assert.deepEqual(
      resourcesOf(few, 'AWS::Athena::NamedQuery').map(({ Properties }) => Properties['Name']),
      ['VpcFlowLogsTopTalkingSubnets'],
    );
  });

  it('makes integrations once that are asked for twice, and tells near ones apart', () => {
    const none = { ...DAILY, PartitionLoadFrequency: 'none', ...PAST };
    const other = { ...none, PartitionEndDate: '2026-01-31T07:00:00.000Z' };

    const template = readTemplate(generate({}, [none, none, other]));

    const name = 'fl0123456789abcdef0none2026010120260131';
    assert.deepEqual(
      tablesOf(template).map((table) => table.Name),
      [name, `${name}_2`],
    );
  });

  it('a folder name with ${ is no reference', () => {
    const arn = 'arn:aws:s3:::results/${AWS::Region}/';

    const template = readTemplate(
      generate({}, [{ ...DAILY, IntegrationResultS3DestinationArn: arn }]),
    );

    const text = JSON.stringify(resourcesOf(template, 'AWS::IAM::Role'));
    assert.ok(text.includes('s3:::results/${!AWS::Region}/*'), text);
  });

  it('stays below the bounds of CloudFormation', () => {
    const logFormat = renderLogFormat(VPC_FIELDS);
    const folder = 'f'.repeat(200);
    const flowLog = {
      logFormat,
      logDestination: `arn:aws:s3:::my-bucket/${folder}/${folder}/${folder}`,
      hiveCompatiblePartitions: true,
      perHourPartition: true,
    };
    const ten = Array.from({ length: 10 }, (_, index) => ({
      ...DAILY,
      PartitionStartDate: `2026-01-1${index}T00:00:00.000Z`,
    }));

    const whole = generate(flowLog, ten);
    const one = generate({ logFormat });

    assert.ok(whole.text.length < TEMPLATE_BYTES_MAX / 3, String(whole.text.length));
    assert.ok(one.text.length < REQUEST_BODY_BYTES_MAX, String(one.text.length));
    const schedules = resourcesOf(readTemplate(whole), 'AWS::Events::Rule');
    for (const { Properties } of schedules) {
      const [target] = Properties['Targets'] as { Input: string }[];
      // EventBridge's bound for the constant input of a target.
      assert.ok((target?.Input.length ?? Infinity) <= 8192);
    }
  });
});
