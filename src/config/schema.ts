// The whole configuration as one schema, and the walk over its leaves that the environment and
// the dump share.
import { z } from 'zod';

import { captureSchema } from './capture.ts';
import { deliverSchema } from './deliver.ts';
import { hostSchema } from './host.ts';
import { inventorySchema } from './inventory.ts';
import { isLoopback, parseListen } from './listen.ts';
import { logSchema } from './log.ts';
import { meterSchema } from './meter.ts';
import { storeSchema } from './store.ts';
import { tlsSchema } from './tls.ts';

const SECTIONS = {
  tls: tlsSchema,
  capture: captureSchema,
  meter: meterSchema,
  inventory: inventorySchema,
  store: storeSchema,
  deliver: deliverSchema,
  log: logSchema,
};

export const configSchema = z
  .strictObject({
    ...hostSchema,
    tls: tlsSchema.prefault({}),
    capture: captureSchema.prefault({}),
    meter: meterSchema.prefault({}),
    inventory: inventorySchema.prefault({}),
    store: storeSchema.prefault({}),
    deliver: deliverSchema.prefault({}),
    log: logSchema.prefault({}),
  })
  .superRefine(({ listen, tls }, context) => {
    const address = parseListen(listen);
    if (address === null || isLoopback(address.host) || tls.certificate !== null) return;
    context.addIssue({
      code: 'custom',
      path: ['listen'],
      message:
        `"${address.host}" is reachable from other machines, which takes TLS: set ` +
        'tls.certificate and tls.key (docs/reference/tls.md), or listen on ' +
        `127.0.0.1:${address.port} and forward the port by ssh -L`,
    });
  });

/** Everything that can be set, all values present. */
export type Config = z.infer<typeof configSchema>;

/** One setting: its place in the file, its variable, its meaning. */
export interface Setting {
  /** `['capture', 'ringBytes']`. */
  readonly path: readonly string[];
  /** `WEIR_CAPTURE_RING_BYTES`. */
  readonly variable: string;
  readonly description: string;
  /** How the text of a variable is read. */
  readonly textForm: 'text' | 'number' | 'boolean' | 'list';
}

/** Every setting, in the order of the file. */
export const SETTINGS: readonly Setting[] = [
  ...Object.entries(hostSchema).map(([name, schema]) => setting([name], schema)),
  ...Object.entries(SECTIONS).flatMap(([section, schema]) =>
    Object.entries(schema.shape).map(([name, leaf]) => setting([section, name], leaf)),
  ),
];

function setting(path: readonly string[], schema: z.ZodType): Setting {
  const words = path.map((part) => part.replaceAll(/[A-Z]/g, '_$&').toUpperCase());
  return {
    path,
    variable: ['WEIR', ...words].join('_'),
    description: schema.description ?? '',
    textForm: textFormOf(schema.safeParse(undefined).data, schema),
  };
}

function textFormOf(initial: unknown, schema: z.ZodType): Setting['textForm'] {
  if (Array.isArray(initial) || schema.safeParse(['x']).success) return 'list';
  if (typeof initial === 'boolean') return 'boolean';
  return typeof initial === 'number' && !schema.safeParse('1').success ? 'number' : 'text';
}
