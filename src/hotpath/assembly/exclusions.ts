// Flows that AWS never records and that can be told without an inventory (spec/records.md 9):
// decided once, when a flow is first seen. The codes are those of EXCLUSIONS in src/spine/flow.ts.
import {
  be16,
  META_IPV6,
  R_DESTINATION_IPV4,
  R_DESTINATION_IPV6,
  R_META,
  R_SOURCE,
} from './layout';

const DHCP: u32 = 3;
const INSTANCE_METADATA: u32 = 4;
const TIME_SYNC: u32 = 5;
const AMAZON_DNS: u32 = 6;
const LICENSE_ACTIVATION: u32 = 7;
const ANNOTATION_SHIFT: u32 = 16;

const UDP: u32 = 17;
const TCP: u32 = 6;
/** 169.254.169.x as it is read little-endian, without its last byte. */
const LINK_LOCAL_169: u32 = 0xa9fea9;
/** First half of fd00:ec2::, read little-endian. */
const EC2_ULA: u64 = 0xc20e00fd;
const KMS_PORT: u32 = 1688;
const DNS_PORT: u32 = 53;

let enabled: bool = true;

export function setExclusions(on: bool): void {
  enabled = on;
}

/** By the last part of 169.254.169.x or of fd00:ec2::y, and the port on that side. */
function serviceAt(last: u32, port: u32, protocol: u32): u32 {
  if (last == 254) return INSTANCE_METADATA;
  if (last == 123) return TIME_SYNC;
  if (last == 253 && port == DNS_PORT && (protocol == UDP || protocol == TCP)) return AMAZON_DNS;
  if (last != 250 && last != 251) return 0;
  if (port == KMS_PORT && protocol == TCP) return LICENSE_ACTIVATION;
  return 0;
}

function serviceIpv4(address: u32, port: u32, protocol: u32): u32 {
  return (address & 0xffffff) == LINK_LOCAL_169 ? serviceAt(address >> 24, port, protocol) : 0;
}

/** fd00:ec2::254, ::123 and ::253: the decimal digits are written as hexadecimal. */
function serviceIpv6(address: usize, port: u32, protocol: u32): u32 {
  if (load<u64>(address) != EC2_ULA) return 0;
  if (load<u32>(address, 8) != 0 || load<u16>(address, 12) != 0) return 0;
  const last = be16(address + 14);
  if (last == 0x254) return INSTANCE_METADATA;
  if (last == 0x123) return TIME_SYNC;
  if (last == 0x253) return serviceAt(253, port, protocol);
  return 0;
}

@inline
function isDhcpPort(port: u32): bool {
  return port == 67 || port == 68 || port == 546 || port == 547;
}

/** Exclusion code of a new entry, shifted to its place in the annotation; 0 records the flow. */
export function classify(e: usize): u32 {
  if (!enabled) return 0;
  const meta = load<u32>(e, R_META);
  const protocol = meta & 0xff;
  const srcport = be16(e);
  const dstport = be16(e + 2);
  if (protocol == UDP && isDhcpPort(dstport) && isDhcpPort(srcport)) {
    return DHCP << ANNOTATION_SHIFT;
  }
  let code: u32;
  if (meta & META_IPV6) {
    code = serviceIpv6(e + R_SOURCE, srcport, protocol);
    if (code == 0) code = serviceIpv6(e + R_DESTINATION_IPV6, dstport, protocol);
  } else {
    code = serviceIpv4(load<u32>(e, R_SOURCE), srcport, protocol);
    if (code == 0) code = serviceIpv4(load<u32>(e, R_DESTINATION_IPV4), dstport, protocol);
  }
  return code << ANNOTATION_SHIFT;
}
