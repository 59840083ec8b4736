import { z } from 'zod';

import { GIB, MIB, byteSize, wholeNumber } from './schema-parts.ts';

/** How long and how much is kept. */
export const storeSchema = z.strictObject({
  maxAgeHours: wholeNumber(1, 24 * 3660)
    .default(24 * 30)
    .describe('Records older than this are deleted, hours'),
  maxBytes: byteSize(16 * MIB, 2 ** 50)
    .default(50 * GIB)
    .describe('The oldest records are deleted when the store grows beyond this'),
  memoryLimitBytes: byteSize(128 * MIB, 2 ** 42)
    .default(256 * MIB)
    .describe('Memory that writing, reading and merging records may use'),
});
