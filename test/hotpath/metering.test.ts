// The hot path through its TypeScript face: GSO, direction, a cache that is full, and input that
// nobody should send.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import { HotPath, LINK_POLICY, type LinkPolicy } from '../../src/hotpath/index.ts';
import { Meter, type ClosedTable } from '../../src/meter/meter.ts';
import { DIRECTION, FLOW_BYTES } from '../../src/spine/flow.ts';
import { ethernet } from '../support/link-layers.ts';
import { ipv4, ipv6, jumboPayload, tcp, udp, TCP_FLAG } from '../support/packets.ts';
import { ringBlock, type RingFrame } from '../support/ring-block.ts';

const START = 1_800_000_000;
const SEGMENT_BYTES = 1448;

interface SeenFlow {
  readonly protocol: number;
  readonly direction: number;
  readonly packets: number;
  readonly octets: number;
  readonly flags: number;
  /** Microseconds since the window's start. */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly last: boolean;
}

function readFlows(hotPath: HotPath, table: ClosedTable): SeenFlow[] {
  const { u8 } = hotPath.flows();
  const view = new DataView(u8.buffer, u8.byteOffset, u8.byteLength);
  return Array.from({ length: hotPath.flowCount }, (_, index) => {
    const at = index * FLOW_BYTES;
    const meta = view.getUint32(at + 4, true);
    return {
      protocol: meta & 0xff,
      direction: (meta >> 8) & 3,
      packets: view.getUint32(at + 40, true),
      flags: view.getUint32(at + 44, true) & 0xff,
      octets: Number(view.getBigUint64(at + 48, true)),
      firstUs: view.getUint32(at + 56, true),
      lastUs: view.getUint32(at + 60, true),
      last: table.last,
    };
  });
}

interface Bench {
  readonly hotPath: HotPath;
  readonly meter: Meter;
  readonly flows: SeenFlow[];
  ring(frames: readonly RingFrame[]): void;
}

function bench(
  options: { maxFlows?: number; earlyFlushesMax?: number; policy?: LinkPolicy } = {},
): Bench {
  const hotPath = new HotPath({ maxFlows: options.maxFlows ?? 100_000 });
  const flows: SeenFlow[] = [];
  const meter = new Meter(hotPath, {
    windowSeconds: 60,
    latenessSeconds: 1,
    earlyFlushesMax: options.earlyFlushesMax ?? Infinity,
    onFlows: (table) => flows.push(...readFlows(hotPath, table)),
  });
  const policy = options.policy ?? LINK_POLICY.packetType;
  hotPath.setLink(0, { linkType: 1, point: 7, policy, virtioHeader: true });
  const ring = (frames: readonly RingFrame[]): void => {
    const block = ringBlock(frames);
    hotPath.input.set(block);
    meter.feed(0, (from) => hotPath.feedRing(0, from, block.length));
  };
  return { hotPath, meter, flows, ring };
}

const TCP_DATA = { sourcePort: 5000, destinationPort: 80, flags: TCP_FLAG.ack };
const V4 = { source: '10.0.0.1', destination: '10.0.0.2' };

/** A UDP flow of its own per number. */
function numberedFrame(n: number): Uint8Array {
  const src = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
  return ethernet(
    ipv4({ source: src, destination: '192.0.2.1' }, udp({ sourcePort: 1000, destinationPort: 53 })),
  );
}

describe('hot path', () => {
  it('counts a GSO frame as the wire packets it stands for', () => {
    const { meter, flows, ring } = bench();
    const headerBytes = 40;
    const payloadBytes = 10 * SEGMENT_BYTES + 1;
    const bytes = ethernet(ipv4({ ...V4, totalLength: headerBytes + payloadBytes }, tcp(TCP_DATA)));

    ring([
      {
        bytes,
        second: START,
        wireBytes: 14 + headerBytes + payloadBytes,
        segmentBytes: SEGMENT_BYTES,
      },
    ]);
    meter.finish();

    assert.equal(flows.length, 1);
    assert.equal(flows[0]?.packets, 11);
    assert.equal(flows[0]?.octets, payloadBytes + 11 * headerBytes);
  });

  it('prices a BIG TCP frame of IPv6 without the header that never reaches the wire', () => {
    const { meter, flows, ring } = bench();
    const payloadBytes = 100 * SEGMENT_BYTES;
    const packet = ipv6(
      {
        source: '2001:db8::1',
        destination: '2001:db8::2',
        extensions: [jumboPayload(8 + 20 + payloadBytes)],
        payloadLength: 0,
      },
      tcp(TCP_DATA),
    );

    ring([
      {
        bytes: ethernet(packet),
        second: START,
        wireBytes: 14 + 68 + payloadBytes,
        segmentBytes: SEGMENT_BYTES,
      },
    ]);
    meter.finish();

    assert.equal(flows[0]?.packets, 100);
    assert.equal(flows[0]?.octets, 100 * (SEGMENT_BYTES + 60));
  });

  it('takes direction from the packet type, turned round on the host side of a veth', () => {
    const bytes = ethernet(ipv4(V4, udp({ sourcePort: 1, destinationPort: 2 })));
    const frames = [
      { bytes, second: START, packetType: 4 },
      { bytes, second: START, packetType: 0 },
    ];
    const directions = [LINK_POLICY.packetType, LINK_POLICY.hostSide].map((policy) => {
      const { meter, flows, ring } = bench({ policy });
      ring(frames);
      meter.finish();
      return flows.map((flow) => flow.direction);
    });

    assert.deepEqual(directions, [
      [DIRECTION.egress, DIRECTION.ingress],
      [DIRECTION.ingress, DIRECTION.egress],
    ]);
  });

  it('keeps the first and the last packet of a flow, whatever order they come in', () => {
    const { meter, flows, ring } = bench();
    const bytes = ethernet(ipv4(V4, udp({ sourcePort: 1, destinationPort: 2 })));
    const at = (offset: number): RingFrame => ({
      bytes,
      second: START + offset,
      nanosecond: 5000,
    });

    ring([at(20), at(10), at(30), at(15)]);
    meter.finish();

    assert.equal(flows[0]?.firstUs, 10_000_005);
    assert.equal(flows[0]?.lastUs, 30_000_005);
  });

  it('ORs tcp-flags by AWS rule: ACK only together with SYN, nothing for PSH and URG', () => {
    const { meter, flows, ring } = bench();
    const flagged = (flags: number): RingFrame => ({
      bytes: ethernet(ipv4(V4, tcp({ ...TCP_DATA, flags }))),
      second: START,
    });

    ring([flagged(TCP_FLAG.ack), flagged(TCP_FLAG.psh | TCP_FLAG.ack), flagged(TCP_FLAG.urg)]);
    meter.finish();
    ring([flagged(TCP_FLAG.syn | TCP_FLAG.ack), flagged(TCP_FLAG.fin | TCP_FLAG.ack)]);
    meter.finish();
    ring([flagged(TCP_FLAG.syn | TCP_FLAG.ece), flagged(TCP_FLAG.rst)]);
    meter.finish();

    assert.deepEqual(
      flows.map((flow) => flow.flags),
      [0, 19, 6],
    );
  });
});

describe('a full flow cache', () => {
  const FLOWS = 5000;
  const frames = Array.from({ length: FLOWS }, (_, n) => ({
    bytes: numberedFrame(n),
    second: START,
  }));

  it('is emptied early where output keeps up, and no packet is lost', () => {
    const { meter, flows, ring } = bench({ maxFlows: 1000 });

    for (let n = 0; n < FLOWS; n += 100) ring(frames.slice(n, n + 100));
    meter.finish();

    assert.equal(
      flows.reduce((sum, flow) => sum + flow.packets, 0),
      FLOWS,
    );
    assert.ok(flows.some((flow) => !flow.last) && flows.some((flow) => flow.last));
  });

  it('sheds new flows after that, counted to the packet, and keeps metering the old', () => {
    const { hotPath, meter, flows, ring } = bench({ maxFlows: 1000, earlyFlushesMax: 0 });

    for (let n = 0; n < FLOWS; n += 100) ring(frames.slice(n, n + 100));
    ring(frames.slice(0, 100));
    meter.finish();

    const recorded = flows.reduce((sum, flow) => sum + flow.packets, 0);
    assert.equal(flows.length, 1000);
    assert.equal(recorded, 1100);
    assert.equal(recorded + hotPath.takeEvicted(7), FLOWS + 100);
  });

  it('grows its index past many thousand flows without losing one', () => {
    const { meter, flows, ring } = bench({ maxFlows: 200_000 });
    const count = 120_000;

    for (let n = 0; n < count; n += 1000) {
      ring(
        Array.from({ length: 1000 }, (_, i) => ({ bytes: numberedFrame(n + i), second: START })),
      );
    }
    ring(Array.from({ length: 1000 }, (_, i) => ({ bytes: numberedFrame(i * 7), second: START })));
    meter.finish();

    assert.equal(flows.length, count);
    assert.equal(
      flows.reduce((sum, flow) => sum + flow.packets, 0),
      count + 1000,
    );
  });
});

describe('hostile input', () => {
  it('never throws, and every frame is metered or counted by reason', () => {
    const sane = [
      numberedFrame(1),
      ethernet(ipv4(V4, tcp(TCP_DATA))),
      ethernet(
        ipv6(
          { source: '2001:db8::1', destination: '2001:db8::2', extensions: [jumboPayload(70_000)] },
          tcp(TCP_DATA),
        ),
      ),
    ];
    const mutated = fc
      .tuple(
        fc.constantFrom(...sane),
        fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 6 }),
        fc.nat(130),
      )
      .map(([frame, changes, cut]) => {
        const copy = frame.slice(0, cut);
        for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
        return copy;
      });
    const frame = fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated);
    const linkType = fc.constantFrom(0, 1, 9, 12, 50, 51, 101, 104, 108, 113, 228, 229, 276, 4711);
    const hotPath = new HotPath({ maxFlows: 10_000 });
    const meter = new Meter(hotPath, {
      windowSeconds: 60,
      latenessSeconds: 1,
      earlyFlushesMax: Infinity,
      onFlows: () => {},
    });

    fc.assert(
      fc.property(
        linkType,
        fc.array(frame, { maxLength: 20 }),
        fc.nat(100_000),
        fc.nat(9000),
        (type, frames, wireBytes, segmentBytes) => {
          hotPath.setLink(0, {
            linkType: type,
            point: 1,
            policy: LINK_POLICY.packetType,
            virtioHeader: segmentBytes > 4000,
          });
          const block = ringBlock(
            frames.map((bytes) => ({ bytes, second: START, wireBytes, segmentBytes })),
          );
          hotPath.input.set(block);
          meter.feed(0, (from) => hotPath.feedRing(0, from, block.length));
          const counts = hotPath.takeLinkCounts(0);
          const unmetered = Object.values(counts.outcomes).reduce((sum, count) => sum + count, 0);
          assert.equal(counts.frames, frames.length);
          // A GSO frame is more than one packet, never less.
          assert.ok(counts.packets + unmetered >= frames.length);
          if (segmentBytes <= 4000) assert.equal(counts.packets + unmetered, frames.length);
        },
      ),
      { numRuns: 3000, interruptAfterTimeLimit: 10_000, seed: 7 },
    );
    meter.finish();
  });

  it('reads any bytes as a ring block without leaving it', () => {
    const { hotPath, meter } = bench();

    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        hotPath.input.set(bytes);
        const end = meter.feed(0, (from) => hotPath.feedRing(0, from, bytes.length));
        assert.ok(end >= 0);
      }),
      { numRuns: 2000, interruptAfterTimeLimit: 10_000, seed: 8 },
    );
  });
});
