import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FLOW_LOG } from '../../test/support/delivery-fixture.ts';
import { renderLogFormat } from '../records/log-format.ts';
import { TGW_FIELDS, VPC_FIELDS } from '../spine/fields.ts';
import { athenaTableDdl } from './athena-ddl.ts';
import { athenaTable, type AthenaSource } from './athena-table.ts';

/**
 * The columns of AWS's documented table for v2 to v5, as written there (Athena User Guide, "Create
 * and query a table for Amazon VPC flow logs").
 */
const DOCUMENTED_COLUMNS =
  'version int, account_id string, interface_id string, srcaddr string, dstaddr string, ' +
  'srcport int, dstport int, protocol bigint, packets bigint, bytes bigint, start bigint, ' +
  'end bigint, action string, log_status string, vpc_id string, subnet_id string, ' +
  'instance_id string, tcp_flags int, type string, pkt_srcaddr string, pkt_dstaddr string, ' +
  'region string, az_id string, sublocation_type string, sublocation_id string, ' +
  'pkt_src_aws_service string, pkt_dst_aws_service string, flow_direction string, ' +
  'traffic_path int';

function ddl(source: Partial<AthenaSource>): string {
  const names = { database: 'logs', name: 'flows' };
  return athenaTableDdl(athenaTable({ ...FLOW_LOG, ...source }, names));
}

/** The columns of a statement, as `name type, name type`. */
function columnsIn(statement: string): string {
  const inner = statement.slice(statement.indexOf('(\n') + 2, statement.indexOf('\n)'));
  return inner.replaceAll('`', '').replaceAll(/\s+/g, ' ').trim();
}

describe('athenaTableDdl', () => {
  it('text: columns and types of the documented table', () => {
    const fields = VPC_FIELDS.filter((field) => field.version <= 5);

    const statement = ddl({ logFormat: renderLogFormat(fields) });

    assert.equal(columnsIn(statement), DOCUMENTED_COLUMNS);
  });

  it('text, daily', () => {
    const statement = ddl({ logFormat: '${start} ${end}   ${srcaddr}' });

    assert.equal(
      statement,
      `CREATE EXTERNAL TABLE IF NOT EXISTS \`logs\`.\`flows\` (
  \`start\` bigint,
  \`end\` bigint,
  \`srcaddr\` string
)
PARTITIONED BY (\`date\` date)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '
LOCATION 's3://my-bucket/AWSLogs/123456789012/vpcflowlogs/eu-west-1/'
TBLPROPERTIES ('skip.header.line.count'='1')`,
    );
  });

  it('Parquet, Hive-compatible, hourly, in a folder with a quote', () => {
    const statement = ddl({
      logFormat: '${protocol} ${traffic-path}',
      logDestination: "arn:aws:s3:::my-bucket/it's/",
      fileFormat: 'parquet',
      hiveCompatiblePartitions: true,
      perHourPartition: true,
    });

    assert.equal(
      statement,
      `CREATE EXTERNAL TABLE IF NOT EXISTS \`logs\`.\`flows\` (
  \`protocol\` int,
  \`traffic_path\` int
)
PARTITIONED BY (\`aws-account-id\` string, \`aws-service\` string, \`aws-region\` string, \`year\` \
string, \`month\` string, \`day\` string, \`hour\` string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'
LOCATION 's3://my-bucket/it\\'s/AWSLogs/'`,
    );
  });

  it('knows every field of both kinds of flow log', () => {
    const vpc = columnsIn(ddl({ logFormat: renderLogFormat(VPC_FIELDS) }));
    const gateway = columnsIn(
      ddl({ resourceType: 'TransitGateway', logFormat: renderLogFormat(TGW_FIELDS) }),
    );

    assert.equal(vpc.split(', ').length, VPC_FIELDS.length);
    assert.equal(gateway.split(', ').length, 36);
  });

  it('a field named twice keeps its place in text and is one column in Parquet', () => {
    const logFormat = '${instance-tag} ${bytes} ${instance-tag} ${instance-tag-2}';

    const text = columnsIn(ddl({ logFormat }));
    const parquet = columnsIn(ddl({ logFormat, fileFormat: 'parquet' }));

    assert.equal(
      text,
      'instance_tag string, bytes bigint, instance_tag_at_3 string, instance_tag_2 string',
    );
    assert.equal(parquet, 'instance_tag string, bytes bigint, instance_tag_2 string');
  });

  it('refuses a destination that is no bucket', () => {
    assert.throws(() => ddl({ logDestination: 'arn:aws:logs:x:1:log-group:g' }), {
      code: 'invalid-input',
    });
  });
});
