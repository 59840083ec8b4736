// AWS's published address ranges, https://ip-ranges.amazonaws.com/ip-ranges.json, for
// pkt-src-aws-service and pkt-dst-aws-service.
import { z } from 'zod';

import { OperationError } from '../observe/operation-error.ts';
import { parseCidr } from '../records/address.ts';
import { buildPrefixTable, type PrefixEntry, type PrefixTable } from '../records/prefix-table.ts';

/** Service codes of addresses. */
export interface AwsServices {
  /** At most 255 names, e.g. `S3`; the table's values are indexes into them. */
  readonly names: readonly string[];
  readonly table: PrefixTable;
}

const NAMES_MAX = 255;
/** Every range of every service is one of AMAZON's too. */
const EVERYTHING = 'AMAZON';

const rangesSchema = z.object({
  prefixes: z.array(z.object({ ip_prefix: z.string(), service: z.string() })),
  ipv6_prefixes: z.array(z.object({ ipv6_prefix: z.string(), service: z.string() })).default([]),
});

/**
 * Reads the text of ip-ranges.json. Ranges overlap and a record has room for one service: the
 * most specific prefix wins, of equal ones any other before AMAZON, else the file's order (AWS
 * does not document it; spec/records.md 5.3).
 *
 * @throws OperationError when the text is not such a file
 */
export function parseAwsRanges(text: string, path: string): AwsServices {
  const ranges = rangesOf(text, path);
  ranges.sort((a, b) => Number(a.service === EVERYTHING) - Number(b.service === EVERYTHING));
  const numbers = new Map<string, number>();
  const entries: PrefixEntry[] = [];
  for (const { prefix, service } of ranges) {
    const cidr = parseCidr(prefix);
    if (cidr === null) throw refusal(path, `"${prefix}" is no CIDR`);
    const value = numbers.get(service) ?? numbers.size;
    numbers.set(service, value);
    entries.push({ cidr, value });
  }
  if (numbers.size > NAMES_MAX) throw refusal(path, `more than ${NAMES_MAX} services`);
  return { names: [...numbers.keys()], table: buildPrefixTable(entries) };
}

function rangesOf(text: string, path: string): { prefix: string; service: string }[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refusal(path, 'no JSON', cause);
  }
  const parsed = rangesSchema.safeParse(value);
  if (!parsed.success) throw refusal(path, 'no list "prefixes" of ip_prefix and service');
  const { prefixes, ipv6_prefixes: ipv6Prefixes } = parsed.data;
  return [
    ...prefixes.map((entry) => ({ prefix: entry.ip_prefix, service: entry.service })),
    ...ipv6Prefixes.map((entry) => ({ prefix: entry.ipv6_prefix, service: entry.service })),
  ];
}

function refusal(path: string, what: string, cause?: unknown): OperationError {
  const advice = 'take a copy of https://ip-ranges.amazonaws.com/ip-ranges.json';
  const message = `Cannot use AWS address ranges "${path}": ${what}; ${advice}`;
  return new OperationError('invalid-input', message, { cause });
}
