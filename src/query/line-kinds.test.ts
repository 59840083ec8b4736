// Lines of more than one kind: transit gateways, tags, next hops, regional NAT gateways, many
// resources at once, and segments that are older than a column.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';

import {
  ipv4,
  makeBatch,
  makeInterface,
  makeLargeBatch,
  WINDOW_START,
  type RowSpec,
} from '../../test/support/record-batches.ts';
import { parseLogFormat } from '../records/log-format.ts';
import { TGW_FIELDS } from '../spine/fields.ts';
import { LOG_STATUS, type PeerIdentity, type RecordBatch } from '../spine/record.ts';
import { segmentName } from '../spine/segment.ts';
import { loadDuckDb } from './duckdb.ts';
import {
  createSegmentWriter,
  openReader,
  type Reader,
  type ReadLinesRequest,
  type RecordScope,
} from './index.ts';

const writer = createSegmentWriter();

const GATEWAY_ENI = makeInterface({
  accountId: '111111111111',
  interfaceId: 'eni-gateway',
  instanceId: null,
  interfaceType: 'transit_gateway',
  transitGatewayId: 'tgw-1',
  transitGatewayAttachmentId: 'tgw-attach-1',
  transitGatewayAccountId: '999999999999',
});
const PAIR: PeerIdentity = {
  accountId: '222222222222',
  interfaceId: 'eni-pair',
  vpcId: 'vpc-pair',
  subnetId: 'subnet-pair',
  azId: 'use1-az2',
  interfaceType: 'transit_gateway',
  transitGatewayAttachmentId: 'tgw-attach-2',
};

function withPeers(
  batch: RecordBatch,
  peers: readonly PeerIdentity[],
  peerIndex: readonly number[],
): RecordBatch {
  const columns = { ...batch.columns, peerIndex: Uint32Array.from(peerIndex) };
  return { ...batch, columns, peers };
}

describe('lines', () => {
  let directory: string;
  let reader: Reader;
  let sequence: number;

  beforeEach(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'weir-kinds-'));
    reader = await openReader({ storeDirectory: directory });
    sequence = 0;
  });

  afterEach(() => {
    reader.close();
    rmSync(directory, { recursive: true, force: true });
  });

  after(() => writer.close());

  function nextFile(windowStart: number): string {
    sequence += 1;
    const windowEnd = windowStart + 60;
    const range = { firstSequence: sequence, lastSequence: sequence, windowStart, windowEnd };
    return path.join(directory, segmentName(range));
  }

  async function store(batch: RecordBatch): Promise<void> {
    const file = nextFile(batch.windowStart);
    await writer.write(batch, sequence, file);
  }

  async function lines(
    resource: RecordScope | null,
    format: string,
    more: Partial<ReadLinesRequest> = {},
  ): Promise<string[]> {
    const kind = resource?.resourceType.startsWith('TransitGateway') === true ? 'tgw' : 'vpc';
    const request = requestFor(resource, parseLogFormat(format, kind).fields, more);
    let text = '';
    for await (const chunk of reader.readLines(request)) text += chunk.text;
    return text.split('\n').slice(0, -1);
  }

  function requestFor(
    scope: RecordScope | null,
    fields: ReadLinesRequest['fields'],
    more: Partial<ReadLinesRequest>,
  ): ReadLinesRequest {
    return {
      fromSequence: 1,
      toSequence: sequence,
      scope,
      trafficType: null,
      fields,
      aggregationSeconds: 60,
      slotSeconds: 300,
      ...more,
    };
  }

  /** A request from the VPC of the gateway's interface, the answer to it, and an idle window. */
  async function storeGateway(): Promise<void> {
    const own = ipv4('10.1.1.250');
    const [client, server] = [ipv4('10.1.1.5'), ipv4('10.2.2.7')];
    const rows: RowSpec[] = [
      { src: client, dst: own, pktSrc: client, pktDst: server, direction: 1, end: 40 },
      { src: own, dst: client, pktSrc: server, pktDst: client, direction: 2, end: 40 },
      { logStatus: LOG_STATUS.NODATA },
      { interfaceIndex: 1, direction: 1, end: 40 },
    ];
    const interfaces = [GATEWAY_ENI, makeInterface()];
    await store(withPeers(makeBatch(rows, { interfaces }), [PAIR], [1, 1, 0, 0]));
  }

  it('of a transit gateway show the packet, both sides and the pair (v6)', async () => {
    await storeGateway();
    const [start, end] = [WINDOW_START, WINDOW_START + 40];
    const own = ['111111111111', 'vpc-11111111', 'subnet-22222222', 'eni-gateway', 'use1-az6'];
    const pair = ['222222222222', 'vpc-pair', 'subnet-pair', 'eni-pair', 'use1-az2'];
    const sides = (source: readonly string[], destination: readonly string[]): string =>
      source.map((value, index) => `${value} ${destination[index]}`).join(' ');
    const head = '6 TransitGateway 999999999999 tgw-1 tgw-attach-1';
    const tail = `40000 443 6 1 60 ${start} ${end} OK IPv4 - - - - 0 us-east-1`;

    const byGateway = { resourceType: 'TransitGateway', resourceId: 'tgw-1' } as const;
    const shown = await lines(byGateway, 'default');

    assert.deepEqual(shown, [
      `${head} ${sides(own, pair)} tgw-attach-2 10.1.1.5 10.2.2.7 ${tail} ingress - -`,
      `${head} ${sides(pair, own)} tgw-attach-2 10.2.2.7 10.1.1.5 ${tail} egress - -`,
      `${head} - - - - - - - - - - - - - - - - - - ${start} ${start + 59} NODATA ` +
        '- - - - - - us-east-1 - - -',
    ]);
    assert.equal(shown[0]?.split(' ').length, TGW_FIELDS.length);
    const byAttachment = {
      resourceType: 'TransitGatewayAttachment',
      resourceId: 'tgw-attach-1',
    } as const;
    assert.deepEqual(await lines(byAttachment, 'default'), shown);
    const other = { ...byAttachment, resourceId: 'tgw-attach-2' };
    assert.deepEqual(await lines(other, 'default'), []);
  });

  it('of the interface of a transit gateway, for its VPC, are as ever', async () => {
    await storeGateway();
    const scope = { resourceType: 'NetworkInterface', resourceId: 'eni-gateway' } as const;

    const shown = await lines(
      scope,
      '${account-id} ${srcaddr} ${dstaddr} ${next-hop-interface-id}',
    );

    assert.deepEqual(shown, [
      '111111111111 10.1.1.5 10.1.1.250 -',
      '111111111111 10.1.1.250 10.1.1.5 -',
      '111111111111 - - -',
    ]);
  });

  it('show the next hop, of another account the zone only, and none behind a gateway', async () => {
    const ordinary = { ...PAIR, accountId: '123456789012', interfaceType: null };
    const balancer = { ...ordinary, interfaceType: 'network_load_balancer' };
    const rows: RowSpec[] = [
      { direction: 2 },
      { direction: 1 },
      { direction: 2 },
      { direction: 1 },
      { direction: 2 },
      { direction: 2 },
    ];
    const peers = [ordinary, PAIR, balancer];
    await store(withPeers(makeBatch(rows), peers, [1, 1, 2, 3, 3, 0]));

    const names = ['interface-id', 'subnet-id', 'az-id', 'vpc-id', 'interface-type'];
    const format = names.map((name) => `\${next-hop-${name}}`).join(' ');
    const at60 = await lines(null, format);
    const at600 = await lines(null, format, { aggregationSeconds: 600 });

    const known = 'eni-pair subnet-pair use1-az2 vpc-pair';
    assert.deepEqual(at60, [
      `${known} -`,
      `${known} -`,
      '- - use1-az2 - -',
      '- - - - -',
      `${known} network_load_balancer`,
      '- - - - -',
    ]);
    assert.deepEqual(at600.toSorted(), at60.toSorted());
  });

  it('show tags by their keys, percent-encoded, and none of another account', async () => {
    const tags = { team: 'platform-engineering', 'a/b~"c': 'ü 1', none: '-', empty: '' };
    const interfaces = [
      makeInterface({ interfaceTags: tags, instanceTags: { team: 'a_b.c~d' } }),
      makeInterface({ accountId: '222222222222', interfaceTags: tags }),
    ];
    await store(makeBatch([{}, { interfaceIndex: 1 }], { interfaces }));
    const tagFields = {
      accountId: '123456789012',
      specifications: [
        { ResourceType: 'network-interface', TagKeys: ['team', 'a/b~"c'] },
        { ResourceType: 'instance', TagKeys: ['team'] },
        { ResourceType: 'auto-scaling-group', TagKeys: ['team', 'none'] },
      ],
    } as const;
    const format =
      '${interface-tag} ${interface-tag-2} ${instance-tag} ${instance-tag-2} ${asg-tag}';

    const expected = ['platform%2Dengineering %C3%BC%201 a_b.c~d - -', '- - - - -'];
    assert.deepEqual(await lines(null, format, { tagFields }), expected);
    const at600 = await lines(null, format, { tagFields, aggregationSeconds: 600 });
    assert.deepEqual(at600.toSorted(), expected.toSorted());
    const odd = {
      accountId: '123456789012',
      specifications: [{ ResourceType: 'network-interface', TagKeys: ['none', 'empty'] }],
    } as const;
    const shown = await lines(null, '${interface-tag} ${interface-tag-2}', { tagFields: odd });
    assert.deepEqual(shown, ['%2D -', '- -']);
    assert.deepEqual(await lines(null, format), ['- - - - -', '- - - - -']);
  });

  it('of a regional NAT gateway go by its id', async () => {
    const nat = makeInterface({ interfaceId: null, subnetId: null, resourceId: 'nat-1' });
    await store(makeBatch([{ interfaceIndex: 1 }, {}], { interfaces: [makeInterface(), nat] }));
    const scope = { resourceType: 'RegionalNatGateway', resourceId: 'nat-1' } as const;

    const shown = await lines(scope, '${resource-id} ${interface-id} ${subnet-id} ${srcaddr}');

    assert.deepEqual(shown, ['nat-1 - - 10.0.0.1']);
  });

  it('of many resources at once are those of each by itself', async () => {
    for (const windowStart of [WINDOW_START, WINDOW_START + 60, WINDOW_START + 300]) {
      const batch = makeLargeBatch(500, 12, windowStart);
      const interfaces = batch.interfaces.map((identity, index) => ({
        ...identity,
        subnetId: `subnet-${index % 4}`,
        vpcId: `vpc-${index % 2}`,
      }));
      await store({ ...batch, interfaces });
    }
    const scopes: RecordScope[] = [
      { resourceType: 'VPC', resourceId: 'vpc-0' },
      { resourceType: 'VPC', resourceId: 'vpc-none' },
      { resourceType: 'Subnet', resourceId: 'subnet-0' },
      { resourceType: 'Subnet', resourceId: 'subnet-3' },
      { resourceType: 'NetworkInterface', resourceId: `eni-${'0'.repeat(17)}` },
    ];
    const { fields } = parseLogFormat('default', 'vpc');
    const counts = await reader.rowCounts({ fromSequence: 2, toSequence: 3 }, ['VPC', 'Subnet']);
    const sum = (prefix: string): number =>
      [...counts].reduce((total, [id, rows]) => total + (id.startsWith(prefix) ? rows : 0), 0);
    assert.deepEqual([counts.size, sum('vpc-'), sum('subnet-')], [6, 1000, 1000]);
    for (const aggregationSeconds of [60, 600] as const) {
      for (const trafficType of ['ALL', 'REJECT'] as const) {
        const request = requestFor(null, fields, { aggregationSeconds, trafficType });
        const found = new Map<string, string>();
        for await (const chunk of reader.readLinesOfMany(request, scopes)) {
          const { resourceId, slotStart, text, lineCount } = chunk;
          assert.equal(text.split('\n').length - 1, lineCount);
          found.set(resourceId, `${found.get(resourceId) ?? ''}${slotStart}\n${text}`);
        }
        for (const scope of scopes) {
          let text = '';
          let slot = 0;
          for await (const chunk of reader.readLines({ ...request, scope })) {
            if (chunk.slotStart !== slot) text += `${chunk.slotStart}\n`;
            slot = chunk.slotStart;
            text += chunk.text;
          }
          assert.equal(found.get(scope.resourceId) ?? '', text);
          assert.equal(text === '', scope.resourceId === 'vpc-none');
        }
      }
    }
  });

  it('of a segment of the first release show what was not known then as -', async () => {
    await store(makeBatch([{ direction: 2 }]));
    const file = nextFile(WINDOW_START + 60);
    await writeOldSegment(file, sequence);

    const format =
      '${interface-id} ${srcaddr} ${next-hop-vpc-id} ${interface-tag} ${resource-id} ${bytes}';
    const shown = await lines(null, format);

    assert.deepEqual(shown, [
      'eni-0a1b2c3d4e5f60718 10.0.0.1 - - - 60',
      'eni-old 10.0.0.9 - - - 77',
    ]);
    const gateway = { resourceType: 'TransitGateway', resourceId: 'tgw-1' } as const;
    assert.deepEqual(await lines(gateway, 'default'), []);
    const { rows } = await reader.query(
      'SELECT interface_id, tgw_id, next_hop_vpc_id FROM flow_logs ORDER BY bytes DESC LIMIT 1',
    );
    assert.deepEqual(rows, [['eni-old', null, null]]);
  });

  it('sequenceBefore() is before the first window that ended after the moment', async () => {
    assert.equal(await reader.sequenceBefore(0), 0);
    const starts = [0, 60, 120, 30, 180].map((seconds) => WINDOW_START + seconds);
    const files: string[] = [];
    for (const windowStart of starts) {
      await store(makeBatch([{}], { windowStart }));
      files.push(path.join(directory, segmentName(rangeOf(sequence, windowStart))));
    }
    const before = (seconds: number): Promise<number> =>
      reader.sequenceBefore((WINDOW_START + seconds) * 1000);
    const expected = [0, 0, 1, 1, 2, 4, 5];
    const moments = [-1000, 59, 60, 119, 120, 180, 240];
    const found: number[] = [];
    for (const moment of moments) found.push(await before(moment));
    assert.deepEqual(found, expected);

    // The same after compaction.
    const merged = { firstSequence: 1, lastSequence: 5, windowStart: WINDOW_START };
    const file = segmentName({ ...merged, windowEnd: WINDOW_START + 240 });
    await writer.merge(files, path.join(directory, file));
    for (const old of files) rmSync(old);
    const again: number[] = [];
    for (const moment of moments) again.push(await before(moment));
    assert.deepEqual(again, expected);
  });
});

function rangeOf(
  sequence: number,
  windowStart: number,
): { firstSequence: number; lastSequence: number; windowStart: number; windowEnd: number } {
  const windowEnd = windowStart + 60;
  return { firstSequence: sequence, lastSequence: sequence, windowStart, windowEnd };
}

/** A segment with the columns that Weir 0.1 wrote for an interface outside of every VPC. */
async function writeOldSegment(file: string, sequence: number): Promise<void> {
  const { api } = await loadDuckDb();
  const database = await api.DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  const source = ipv4('10.0.0.9') & 0xffff_ffff_ffff_ffffn;
  const us = `${WINDOW_START + 60}000000::UBIGINT`;
  await connection.run(`COPY (SELECT ${sequence}::BIGINT AS sequence, 0::UINTEGER AS row_number,
    ${WINDOW_START + 60}::BIGINT AS window_start, 60::INTEGER AS window_seconds,
    0::UBIGINT AS src_high, ${source}::UBIGINT AS src_low, 0::UBIGINT AS dst_high,
    ${source}::UBIGINT AS dst_low, 0::UBIGINT AS pkt_src_high, ${source}::UBIGINT AS pkt_src_low,
    0::UBIGINT AS pkt_dst_high, ${source}::UBIGINT AS pkt_dst_low, 1::USMALLINT AS src_port,
    2::USMALLINT AS dst_port, 6::UTINYINT AS protocol_number, 1::UBIGINT AS packet_count,
    77::UBIGINT AS octet_count, ${us} AS start_us, ${us} AS end_us, 0::UTINYINT AS action_code,
    0::UTINYINT AS tcp_flag_bits, 4::UTINYINT AS ip_version, 1::UTINYINT AS direction_code,
    0::UTINYINT AS log_status_code, '123456789012' AS account_id, 'eni-old' AS interface_id
    ) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  database.closeSync();
}
