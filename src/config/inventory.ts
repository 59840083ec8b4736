import { z } from 'zod';

/** Where the names of VPCs, subnets, interfaces and instances come from. */
export const inventorySchema = z.strictObject({
  file: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('YAML file that declares the network; null describes this host by itself'),
  awsIpRanges: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("AWS's ip-ranges.json, for pkt-src-aws-service and pkt-dst-aws-service"),
});
