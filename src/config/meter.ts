import { z } from 'zod';

import { wholeNumber } from './schema-parts.ts';

/** Windows and the size of the flow cache. */
export const meterSchema = z.strictObject({
  windowSeconds: wholeNumber(1, 60)
    .refine((seconds) => 60 % seconds === 0, 'must divide 60')
    .default(60)
    .describe('Length of a window, seconds; AWS has 60, a shorter one must divide 60'),
  latenessMs: wholeNumber(0, 30_000)
    .default(1000)
    .describe('How long a window waits for late packets after its end, milliseconds'),
  maxFlows: wholeNumber(1024, 8_388_608)
    .default(524_288)
    .describe('Flows that one window may hold; beyond it the packets are counted as SKIPDATA'),
});
