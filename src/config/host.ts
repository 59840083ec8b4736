import { z } from 'zod';

import { DEFAULT_DATA_FOLDER } from './data-folder.ts';
import { isLoopback, parseListen } from './listen.ts';

const listen = z.string().superRefine((text, context) => {
  const address = parseListen(text);
  if (address === null) {
    context.addIssue({ code: 'custom', message: 'expected HOST:PORT such as 127.0.0.1:7717' });
  } else if (!isLoopback(address.host)) {
    context.addIssue({
      code: 'custom',
      message:
        `"${address.host}" is reachable from other machines, and there is no TLS yet; ` +
        `listen on 127.0.0.1:${address.port} and forward the port by ssh -L`,
    });
  }
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
    .describe('HOST:PORT of the one HTTP port; loopback only; port 0 lets the kernel choose'),
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
