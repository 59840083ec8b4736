// The shape of an inventory file. Every scalar is text here (an account id such as 000000000000
// must not become a number); what the text means is checked by file-topology.ts.
import { z } from 'zod';

const text = z.string().min(1, 'is empty');
const tags = z.record(z.string(), z.string()).default({});
const list = z.array(text).default([]);
const flag = z
  .enum(['true', 'false'], 'is neither true nor false')
  .default('false')
  .transform((value) => value === 'true');

const vpc = z.strictObject({
  id: text,
  account: text.optional(),
  region: text.optional(),
  cidrs: z.array(text).min(1, 'is empty; a VPC has at least one CIDR'),
  tags,
});

const route = z.strictObject({
  destination: text,
  target: text,
  path: text.optional(),
  'inter-region': flag,
});

const subnet = z.strictObject({
  id: text,
  vpc: text,
  cidrs: z.array(text).min(1, 'is empty; a subnet has at least one CIDR'),
  'az-id': text.optional(),
  az: text.optional(),
  sublocation: z
    .strictObject({
      type: z.enum(
        ['wavelength', 'outpost', 'localzone'],
        'is none of wavelength, outpost, localzone',
      ),
      id: text,
    })
    .optional(),
  routes: z.array(route).default([]),
  tags,
});

const transitGateway = z.strictObject({
  id: text,
  account: text.optional(),
  region: text.optional(),
  description: text.optional(),
  tags,
});

const transitGatewayAttachment = z.strictObject({
  id: text,
  'transit-gateway': text,
  vpc: text,
  account: text.optional(),
  tags,
});

const ecsCluster = z.strictObject({
  name: text.optional(),
  arn: text.optional(),
  account: text.optional(),
  region: text.optional(),
});

const ecs = z.strictObject({
  cluster: text,
  'task-arn': text.optional(),
  'task-id': text.optional(),
  'task-definition-arn': text.optional(),
  service: text.optional(),
  'container-instance-arn': text.optional(),
  'container-id': text.optional(),
  'second-container-id': text.optional(),
});

const eni = z.strictObject({
  id: text,
  subnet: text,
  instance: text.optional(),
  account: text.optional(),
  mac: text.optional(),
  ipv4: list,
  ipv6: list,
  interface: text.optional(),
  netns: text.optional(),
  'host-side': flag,
  'interface-type': z
    .enum(
      [
        'nat_gateway',
        'network_load_balancer',
        'regional_nat_gateway',
        'transit_gateway',
        'vpc_endpoint',
      ],
      'is none of nat_gateway, network_load_balancer, regional_nat_gateway, transit_gateway, ' +
        'vpc_endpoint; leave it out for an ordinary interface',
    )
    .optional(),
  'resource-id': text.optional(),
  attachment: text.optional(),
  ecs: ecs.optional(),
  tags,
});

const instance = z.strictObject({
  id: text,
  account: text.optional(),
  tags,
  'asg-tags': tags,
});

const prefixList = z.strictObject({ id: text, cidrs: z.array(text).min(1, 'is empty') });

export const inventoryFileSchema = z.strictObject({
  vpcs: z.array(vpc).default([]),
  'prefix-lists': z.array(prefixList).default([]),
  subnets: z.array(subnet).default([]),
  'transit-gateways': z.array(transitGateway).default([]),
  'transit-gateway-attachments': z.array(transitGatewayAttachment).default([]),
  'ecs-clusters': z.array(ecsCluster).default([]),
  instances: z.array(instance).default([]),
  enis: z.array(eni).default([]),
});

export type InventoryFile = z.infer<typeof inventoryFileSchema>;
export type VpcEntry = InventoryFile['vpcs'][number];
export type SubnetEntry = InventoryFile['subnets'][number];
export type RouteEntry = SubnetEntry['routes'][number];
export type TransitGatewayEntry = InventoryFile['transit-gateways'][number];
export type TransitGatewayAttachmentEntry = InventoryFile['transit-gateway-attachments'][number];
export type EcsClusterEntry = InventoryFile['ecs-clusters'][number];
export type EcsEntry = NonNullable<EniEntry['ecs']>;
export type EniEntry = InventoryFile['enis'][number];
export type InstanceEntry = InventoryFile['instances'][number];
