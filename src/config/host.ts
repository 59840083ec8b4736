import { z } from 'zod';

import { DEFAULT_DATA_FOLDER } from './data-folder.ts';
import { parseListen } from './listen.ts';

const listen = z.string().refine((text) => parseListen(text) !== null, {
  error: 'expected HOST:PORT such as 127.0.0.1:7717',
});

/** Settings of the whole daemon, at the top of the file. */
export const hostSchema = {
  data: z
    .string()
    .min(1)
    .default(DEFAULT_DATA_FOLDER)
    .describe('Folder of everything that is kept: records, flow logs, delivered objects'),
  listen: listen
    .default('127.0.0.1:7717')
    .describe(
      'HOST:PORT of the one HTTP port; beyond loopback with tls only; port 0: the kernel chooses',
    ),
  openMetrics: z
    .boolean()
    .default(false)
    .describe('Whether other machines may read /metrics, which takes no key; this one always may'),
  accountId: z
    .string()
    .regex(/^\d{12}$/, 'expected 12 digits (quote them in YAML)')
    .default('000000000000')
    .describe('AWS account id that the records carry'),
  region: z
    .string()
    .regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'expected a region such as us-east-1')
    .default('us-east-1')
    .describe('AWS region that the records carry'),
};
