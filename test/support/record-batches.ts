// Record batches for tests and benches of store/ and query/: deterministic, with every kind of row.
import { bareIdentity } from '../../src/records/identity-values.ts';
import { type InterfaceIdentity, LOG_STATUS, type RecordBatch } from '../../src/spine/record.ts';

/** An interface with everything that is often present, and `-` elsewhere. */
export function makeInterface(changes: Partial<InterfaceIdentity> = {}): InterfaceIdentity {
  return {
    ...bareIdentity('123456789012', 'us-east-1', 'eni-0a1b2c3d4e5f60718', 'eth0'),
    vpcId: 'vpc-11111111',
    subnetId: 'subnet-22222222',
    instanceId: 'i-01234567890123456',
    azId: 'use1-az6',
    ...changes,
  };
}

/** One record in plain values; what is left out has the value of an ordinary TCP flow. */
export interface RowSpec {
  readonly interfaceIndex?: number;
  /** 128-bit addresses. */
  readonly src?: bigint;
  readonly dst?: bigint;
  readonly pktSrc?: bigint;
  readonly pktDst?: bigint;
  readonly srcPort?: number;
  readonly dstPort?: number;
  readonly protocol?: number;
  readonly packets?: number;
  readonly octets?: number;
  /** Seconds since the window's start. */
  readonly start?: number;
  readonly end?: number;
  readonly action?: number;
  readonly tcpFlags?: number;
  readonly ipVersion?: number;
  readonly direction?: number;
  readonly trafficPath?: number;
  readonly logStatus?: number;
}

export const WINDOW_START = 1_700_000_400;
const MAPPED = 0xffffn << 32n;

/** The 128-bit number of an IPv4 address. */
export function ipv4(text: string): bigint {
  const value = text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  return MAPPED | value;
}

/** A batch of exactly these records. */
export function makeBatch(
  rows: readonly RowSpec[],
  options: Partial<
    Pick<RecordBatch, 'windowStart' | 'windowSeconds' | 'interfaces' | 'losses'>
  > = {},
): RecordBatch {
  const windowStart = options.windowStart ?? WINDOW_START;
  const windowSeconds = options.windowSeconds ?? 60;
  const batch = emptyBatch(rows.length, windowStart, windowSeconds);
  const { columns } = batch;
  for (const [row, spec] of rows.entries()) {
    const status = spec.logStatus ?? LOG_STATUS.OK;
    columns.interfaceIndex[row] = spec.interfaceIndex ?? 0;
    columns.startUs[row] = BigInt(windowStart + (spec.start ?? 0)) * 1_000_000n;
    columns.endUs[row] = BigInt(windowStart + (spec.end ?? windowSeconds - 1)) * 1_000_000n;
    columns.logStatus[row] = status;
    if (status !== LOG_STATUS.OK) continue;
    const src = spec.src ?? ipv4('10.0.0.1');
    const dst = spec.dst ?? ipv4('10.0.0.2');
    setAddress(columns.srcHigh, columns.srcLow, row, src);
    setAddress(columns.dstHigh, columns.dstLow, row, dst);
    setAddress(columns.pktSrcHigh, columns.pktSrcLow, row, spec.pktSrc ?? src);
    setAddress(columns.pktDstHigh, columns.pktDstLow, row, spec.pktDst ?? dst);
    columns.srcPort[row] = spec.srcPort ?? 40_000;
    columns.dstPort[row] = spec.dstPort ?? 443;
    columns.protocol[row] = spec.protocol ?? 6;
    columns.packets[row] = BigInt(spec.packets ?? 1);
    columns.octets[row] = BigInt(spec.octets ?? 60);
    columns.action[row] = spec.action ?? 0;
    columns.tcpFlags[row] = spec.tcpFlags ?? 0;
    columns.ipVersion[row] = spec.ipVersion ?? 4;
    columns.direction[row] = spec.direction ?? 0;
    columns.trafficPath[row] = spec.trafficPath ?? 0;
  }
  return {
    ...batch,
    interfaces: options.interfaces ?? [makeInterface()],
    losses: options.losses ?? [],
  };
}

/** A batch of `rowCount` different flows over `interfaceCount` interfaces; 10 % are IPv6. */
export function makeLargeBatch(
  rowCount: number,
  interfaceCount = 8,
  windowStart = WINDOW_START,
): RecordBatch {
  const batch = emptyBatch(rowCount, windowStart, 60);
  const { columns } = batch;
  for (let row = 0; row < rowCount; row += 1) {
    const mixed = Math.imul(row, 0x9e37_79b1) >>> 0;
    const ipv6 = row % 10 === 9;
    const src = ipv6 ? (0x2001_0db8n << 96n) | BigInt(mixed) : MAPPED | BigInt(0x0a00_0000 + row);
    const dst = ipv6 ? (0x2001_0db8n << 96n) | (7n << 64n) : MAPPED | BigInt(mixed);
    columns.interfaceIndex[row] = mixed % interfaceCount;
    setAddress(columns.srcHigh, columns.srcLow, row, src);
    setAddress(columns.dstHigh, columns.dstLow, row, dst);
    setAddress(columns.pktSrcHigh, columns.pktSrcLow, row, src);
    setAddress(columns.pktDstHigh, columns.pktDstLow, row, dst);
    columns.srcPort[row] = 1024 + (mixed % 60_000);
    columns.dstPort[row] = row % 3 === 0 ? 443 : 53;
    columns.protocol[row] = row % 3 === 0 ? 6 : 17;
    columns.packets[row] = BigInt(1 + (mixed % 100));
    columns.octets[row] = BigInt(60 + (mixed % 100_000));
    columns.startUs[row] = BigInt(windowStart) * 1_000_000n + BigInt(mixed % 30_000_000);
    columns.endUs[row] =
      BigInt(windowStart) * 1_000_000n + 30_000_000n + BigInt(mixed % 29_000_000);
    columns.action[row] = mixed % 17 === 0 ? 1 : 0;
    columns.tcpFlags[row] = row % 3 === 0 ? 19 : 0;
    columns.ipVersion[row] = ipv6 ? 6 : 4;
    columns.direction[row] = 1 + (row % 2);
    columns.trafficPath[row] = row % 2 === 1 ? 8 : 0;
  }
  const interfaces = Array.from({ length: interfaceCount }, (_, index) =>
    makeInterface({ interfaceId: `eni-${String(index).padStart(17, '0')}` }),
  );
  return { ...batch, interfaces };
}

function emptyBatch(rowCount: number, windowStart: number, windowSeconds: number): RecordBatch {
  const wide = (): BigUint64Array<ArrayBuffer> => new BigUint64Array(rowCount);
  const byte = (): Uint8Array<ArrayBuffer> => new Uint8Array(rowCount);
  return {
    windowStart,
    windowSeconds,
    rowCount,
    interfaces: [],
    losses: [],
    columns: {
      interfaceIndex: new Uint32Array(rowCount),
      srcHigh: wide(),
      srcLow: wide(),
      dstHigh: wide(),
      dstLow: wide(),
      pktSrcHigh: wide(),
      pktSrcLow: wide(),
      pktDstHigh: wide(),
      pktDstLow: wide(),
      srcPort: new Uint16Array(rowCount),
      dstPort: new Uint16Array(rowCount),
      protocol: byte(),
      packets: wide(),
      octets: wide(),
      startUs: wide(),
      endUs: wide(),
      action: byte(),
      tcpFlags: byte(),
      ipVersion: byte(),
      direction: byte(),
      trafficPath: byte(),
      logStatus: byte(),
    },
  };
}

function setAddress(high: BigUint64Array, low: BigUint64Array, row: number, value: bigint): void {
  high[row] = value >> 64n;
  low[row] = BigInt.asUintN(64, value);
}
