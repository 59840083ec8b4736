import { z } from 'zod';

import { wholeNumber } from './schema-parts.ts';

/** Delivery of records to the destinations of flow logs. */
export const deliverSchema = z.strictObject({
  publishSeconds: wholeNumber(1, 300)
    .refine((seconds) => 300 % seconds === 0, 'must divide 300')
    .default(60)
    .describe('How often files are published, seconds; AWS takes 300, a value must divide 300'),
  createBuckets: z
    .boolean()
    .default(true)
    .describe('Whether CreateFlowLogs makes a missing bucket; false refuses it, as AWS does'),
});
