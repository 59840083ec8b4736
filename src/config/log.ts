import { z } from 'zod';

/** The daemon's own log on stderr. */
export const logSchema = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level that is written: debug, info, warn, error or silent'),
});
