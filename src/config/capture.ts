import { z } from 'zod';

import { KIB, MIB, GIB, byteSize, wholeNumber } from './schema-parts.ts';

/** Live capture: which interfaces, and how much memory each ring has. */
export const captureSchema = z.strictObject({
  interfaces: z
    .array(z.string().min(1))
    .min(1)
    .nullable()
    .default(null)
    .describe('Names of the interfaces to capture; null takes all but the excluded'),
  netns: z
    .array(z.string().min(1))
    .default([])
    .describe('Further network namespaces to observe, by name (ip netns) or path'),
  exclude: z
    .array(z.string().min(1))
    .default(['lo'])
    .describe('Interfaces that are left out when no names are given'),
  ringBytes: byteSize(256 * KIB, 2 * GIB)
    .default(32 * MIB)
    .describe('Memory of the packet ring of one interface'),
  ringsTotalBytes: byteSize(1 * MIB, 16 * GIB)
    .default(192 * MIB)
    .describe('Memory of all rings; with many interfaces each gets a quarter of what is left'),
  blockTimeoutMs: wholeNumber(1, 1000)
    .default(50)
    .describe('Longest time a frame waits in a ring block that is not full, milliseconds'),
  snapshotLength: wholeNumber(96, 65535)
    .default(192)
    .describe('Bytes kept of each frame; headers are all that is read'),
});
