// Traffic that AWS does not record (spec/records.md 9; AWS VPC User Guide, "Flow log
// limitations"). The rules that need no inventory are the hot path's too
// (hotpath/assembly/exclusions.ts), by the same codes; here they are for flows that come without.
import { EXCLUSIONS, META_IPV6 } from '../spine/flow.ts';
import type { ReservedAddresses } from './reserved-addresses.ts';

const NONE = 0;
const DHCP = EXCLUSIONS.indexOf('dhcp');
const INSTANCE_METADATA = EXCLUSIONS.indexOf('instance-metadata');
const TIME_SYNC = EXCLUSIONS.indexOf('time-sync');
const AMAZON_DNS = EXCLUSIONS.indexOf('amazon-dns');
const LICENSE_ACTIVATION = EXCLUSIONS.indexOf('license-activation');
const VPC_ROUTER = EXCLUSIONS.indexOf('vpc-router');

const TCP = 6;
const UDP = 17;
const DNS_PORT = 53;
/** Key management service of Windows. */
const KMS_PORT = 1688;

/** 169.254.169.0/24. */
const SERVICES_IPV4 = 0xa9fe_a900 | 0;
const SERVICES_IPV4_MASK = 0xffff_ff00;
/** fd00:ec2::/112, first word; the two after it are zero. */
const SERVICES_IPV6 = 0xfd00_0ec2 | 0;

/**
 * The exclusion code of a flow, 0 when it is to be recorded.
 *
 * @param words the flow entries, in host order
 * @param word index of the entry's first word
 */
export function exclusionOf(words: Uint32Array, word: number, reserved: ReservedAddresses): number {
  const ports = words[word]!;
  const meta = words[word + 1]!;
  const protocol = meta & 0xff;
  const srcPort = ((ports & 0xff) << 8) | ((ports >>> 8) & 0xff);
  const dstPort = ((ports >>> 8) & 0xff00) | (ports >>> 24);
  if (protocol === UDP && isDhcpPort(srcPort) && isDhcpPort(dstPort)) return DHCP;
  const isDns = protocol === UDP || protocol === TCP;
  if ((meta & META_IPV6) === 0) {
    const source = swapped(words[word + 2]!);
    const destination = swapped(words[word + 3]!);
    return (
      excludedIpv4(source, srcPort, protocol, isDns, reserved) ||
      excludedIpv4(destination, dstPort, protocol, isDns, reserved)
    );
  }
  return (
    excludedIpv6(words, word + 2, srcPort, isDns, reserved) ||
    excludedIpv6(words, word + 6, dstPort, isDns, reserved)
  );
}

/** A 32-bit word in the other byte order, signed. */
export function swapped(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

function isDhcpPort(port: number): boolean {
  return port === 67 || port === 68 || port === 546 || port === 547;
}

function excludedIpv4(
  address: number,
  port: number,
  protocol: number,
  isDns: boolean,
  reserved: ReservedAddresses,
): number {
  if ((address & SERVICES_IPV4_MASK) === SERVICES_IPV4) {
    const last = address & 0xff;
    if (last === 254) return INSTANCE_METADATA;
    if (last === 123) return TIME_SYNC;
    if (last === 253 && port === DNS_PORT && isDns) return AMAZON_DNS;
    if ((last === 250 || last === 251) && port === KMS_PORT && protocol === TCP) {
      return LICENSE_ACTIVATION;
    }
    return NONE;
  }
  if (address === reserved.dnsServer && port === DNS_PORT && isDns) return AMAZON_DNS;
  const routers = reserved.routersIpv4;
  for (let index = 0; index < routers.length; index++) {
    if (routers[index] === address) return VPC_ROUTER;
  }
  return NONE;
}

function excludedIpv6(
  words: Uint32Array,
  word: number,
  port: number,
  isDns: boolean,
  reserved: ReservedAddresses,
): number {
  const first = swapped(words[word]!);
  const last = swapped(words[word + 3]!);
  if (first === SERVICES_IPV6 && words[word + 1] === 0 && words[word + 2] === 0) {
    // The decimal digits of the IPv4 service, written as hexadecimal ones.
    if (last === 0x254) return INSTANCE_METADATA;
    if (last === 0x123) return TIME_SYNC;
    if (last === 0x253 && port === DNS_PORT && isDns) return AMAZON_DNS;
    return NONE;
  }
  const routers = reserved.routersIpv6;
  for (let at = 0; at < routers.length; at += 4) {
    if (
      routers[at + 3] === last &&
      routers[at] === first &&
      routers[at + 1] === swapped(words[word + 1]!) &&
      routers[at + 2] === swapped(words[word + 2]!)
    ) {
      return VPC_ROUTER;
    }
  }
  return NONE;
}
