// Arguments of `weir replay`. Parsed with node:util and not with the other commands' parser: a
// replay of a small capture should take no longer than Node's own start.
import { parseArgs } from 'node:util';

export interface ReplayArguments {
  readonly files: readonly string[];
  readonly format: string;
  readonly intervalSeconds: 60 | 600;
  readonly inventory: string | null;
  readonly trafficType: 'ALL' | 'ACCEPT' | 'REJECT';
  readonly header: boolean;
  readonly output: 'text' | 'json';
  /** False records also DHCP, instance metadata and what else AWS leaves out. */
  readonly exclusions: boolean;
  readonly accountId: string;
  readonly region: string;
}

export const REPLAY_HELP = `Usage: weir replay FILE|- ... [options]

Turns captures (pcap, pcapng, gzip of either, - for standard input) into VPC flow log
records on standard output. Needs no daemon and no privilege.

Options:
  --format FORMAT        default | all | '\${version} \${srcaddr} ...'   (default: default)
  --interval SECONDS     aggregation interval, 60 or 600               (default: 60)
  --inventory FILE       YAML of VPCs, subnets and interfaces: gives ids, direction, paths
  --traffic-type TYPE    ALL | ACCEPT | REJECT                         (default: ALL)
  --no-header            leave out the line of field names
  --output text|json     one line or one JSON object per record        (default: text)
  --no-exclusions        record also what AWS never does: DHCP, 169.254.169.254, ...
  --account-id ID        account of records without an inventory       (default: 000000000000)
  --region NAME          region likewise                               (default: us-east-1)
  -h, --help             this text

The last line on standard error is JSON: frames, ip_packets, records, excluded, unparsable.

Examples:
  weir replay capture.pcapng
  tcpdump -i eth0 -w - | weir replay - --format '\${srcaddr} \${dstaddr} \${dstport} \${bytes}'
  weir replay day.pcap.gz --inventory network.yaml --format all --output json
`;

const OPTIONS = {
  format: { type: 'string', default: 'default' },
  interval: { type: 'string', default: '60' },
  inventory: { type: 'string' },
  'traffic-type': { type: 'string', default: 'ALL' },
  'no-header': { type: 'boolean', default: false },
  output: { type: 'string', default: 'text' },
  'no-exclusions': { type: 'boolean', default: false },
  'account-id': { type: 'string', default: '000000000000' },
  region: { type: 'string', default: 'us-east-1' },
  data: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Wrong usage: exit code 2. */
export class UsageError extends Error {}

/**
 * @returns the arguments, or null when help was asked for
 * @throws UsageError naming the argument
 */
export function parseReplayArguments(argv: readonly string[]): ReplayArguments | null {
  const { values, positionals } = parse(argv);
  if (values.help) return null;
  if (positionals.length === 0) {
    throw new UsageError('Missing capture: weir replay FILE|- ... (weir replay --help)');
  }
  return {
    files: positionals,
    format: values.format,
    intervalSeconds:
      values.interval === '600' ? 600 : oneOf('--interval', values.interval, ['60', '600']) && 60,
    inventory: values.inventory ?? null,
    trafficType: oneOf('--traffic-type', values['traffic-type'], ['ALL', 'ACCEPT', 'REJECT']),
    header: !values['no-header'],
    output: oneOf('--output', values.output, ['text', 'json']),
    exclusions: !values['no-exclusions'],
    accountId: accountId(values['account-id']),
    region: values.region,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.split('. ')[0]} (weir replay --help)`);
  }
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new UsageError(`Value "${value}" of ${name} is not one of ${allowed.join(', ')}`);
  }
  return found;
}

function accountId(value: string): string {
  if (!/^\d{12}$/.test(value))
    throw new UsageError(`Value "${value}" of --account-id is not 12 digits`);
  return value;
}
