// An enricher over the network of AWS's NAT gateway and service name examples.
import {
  createEnricher,
  PointRegistry,
  type EnrichedBatch,
  type ServiceRanges,
} from '../../src/enrich/index.ts';
import type { Snapshot } from '../../src/spine/topology.ts';
import { batchOf, rowsOf, type TestFlow, type TestRow } from './flow-entries.ts';
import { eniOf, INTERNET, snapshotOf, subnetOf, vpcOf } from './topologies.ts';

export const NAT_ENI = 'eni-1235b8ca123456789';
export const INSTANCE_ENI = 'eni-1111aaaa2222bbbb3';
export const IPV6_ENI = 'eni-00000000000000006';
export const REGIONAL_ENI = 'eni-0000000000000000a';

/** The network of AWS's NAT gateway and service name examples (spec/records.md 7). */
function exampleNetwork(): Snapshot {
  const vpc = vpcOf('vpc-abcdefab012345678', ['10.0.0.0/16', '2001:db8::/56']);
  const routes = [
    { destination: '10.0.0.0/16', target: 'local', trafficPath: 1 },
    INTERNET,
    { destination: '192.168.0.0/16', target: 'vgw-1', trafficPath: 3 },
    { destination: '172.16.0.0/12', target: '10.0.0.9', trafficPath: null },
    { destination: '::/0', target: 'eigw-1', trafficPath: 8 },
  ];
  const cidrs = ['10.0.0.0/24', '2001:db8::/64'];
  const edge = subnetOf('subnet-aaaaaaaa012345678', vpc.vpcId, cidrs, { routes });
  const inner = subnetOf('subnet-bbbbbbbb012345678', vpc.vpcId, ['10.0.1.0/24'], {
    routes: [
      { destination: '10.0.0.0/16', target: 'local', trafficPath: 1 },
      { destination: '0.0.0.0/0', target: 'nat-1', trafficPath: 1 },
    ],
  });
  return snapshotOf({
    vpcs: [vpc],
    subnets: [edge, inner],
    enis: [
      eniOf(NAT_ENI, edge, {
        ipv4: ['10.0.0.220', '10.0.0.221'],
        ipv6: ['2001:db8::220', '2001:db8::221'],
        interfaceType: 'nat_gateway',
      }),
      eniOf(INSTANCE_ENI, inner, { ipv4: ['10.0.1.5'], instanceId: 'i-01234567890123456' }),
      eniOf(IPV6_ENI, edge, { ipv6: ['2001:db8::6'] }),
      eniOf(REGIONAL_ENI, edge, { ipv4: ['10.0.0.30'], resourceId: 'nat-1234567890abcdef' }),
    ],
  });
}

export interface EnrichTrial {
  readonly registry: PointRegistry;
  readonly point: (interfaceId: string) => number;
  /** Enricher.know() with the example's network. */
  readonly know: (point: number) => void;
  readonly run: (batch: ReturnType<typeof batchOf>, snapshot?: Snapshot) => EnrichedBatch;
  readonly rows: (...flows: TestFlow[]) => TestRow[];
}

export function enrichTrial(services: ServiceRanges | null = null): EnrichTrial {
  const registry = new PointRegistry({ accountId: '000000000000', region: 'eu-west-1' });
  const enricher = createEnricher({ registry, awsServices: () => services });
  const network = exampleNetwork();
  const run: EnrichTrial['run'] = (batch, snapshot = network) => enricher.enrich(batch, snapshot);
  return {
    registry,
    point: (interfaceId) => registry.pointFor(interfaceId),
    know: (point) => enricher.know(point, network),
    run,
    rows: (...flows) => rowsOf(run(batchOf(flows)).batch),
  };
}
