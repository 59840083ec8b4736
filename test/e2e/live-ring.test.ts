import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import {
  LINK_TYPE_ETHERNET,
  LINK_TYPE_RAW,
  openRing,
  type Ring,
  type RingBlock,
} from '../../src/capture/index.ts';
import { readLinks } from '../../src/kernel/index.ts';
import { ip, makeBed, pause, runIn, sendDatagrams, SKIP_LIVE, until } from './live-bed.ts';
import type { LiveBed } from './live-bed.ts';

const MIB = 1024 * 1024;
const CAPTURE = new URL('../../src/capture/index.js', import.meta.url).href;

/** What the test's small parser reads of one frame. */
interface Frame {
  readonly outgoing: boolean;
  readonly etherType: number;
  readonly ipProtocol: number;
  readonly ipBytes: number;
  readonly tcpSequence: number;
  readonly tcpPayloadBytes: number;
  readonly segmentBytes: number;
}

function parseFrames({ bytes, packetCount }: RingBlock): Frame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Frame[] = [];
  let offset = 0;
  for (let index = 0; index < packetCount; index++) {
    const mac = offset + view.getUint16(offset + 24, true);
    const header = mac + 14;
    const ipBytes = view.getUint16(header + 2);
    const ipHeaderBytes = (view.getUint8(header) & 15) * 4;
    const tcpHeaderBytes = (view.getUint8(header + ipHeaderBytes + 12) >> 4) * 4;
    frames.push({
      outgoing: view.getUint8(offset + 58) === 4,
      etherType: view.getUint16(mac + 12),
      ipProtocol: view.getUint8(header + 9),
      ipBytes,
      tcpSequence: view.getUint32(header + ipHeaderBytes + 4),
      tcpPayloadBytes: ipBytes - ipHeaderBytes - tcpHeaderBytes,
      segmentBytes: view.getUint16(mac - 6, true),
    });
    const next = view.getUint32(offset, true);
    assert.equal(next === 0, index === packetCount - 1, 'only the last packet has no next one');
    offset += next;
  }
  return frames;
}

function openBedRing(bed: LiveBed, blockBytes = MIB, blockCount = 8): Ring {
  return openRing({
    netns: bed.a,
    ifindex: bed.ifindex,
    name: 'va',
    blockBytes,
    blockCount,
    blockTimeoutMs: 50,
    snapshotLength: 192,
  });
}

/** Captures into an array, which is complete after `finish`. */
function collectFrames(ring: Ring): { frames: Frame[]; finish: Ring['finish'] } {
  const frames: Frame[] = [];
  ring.onReadable(() => {
    for (let block = ring.nextBlock(); block !== null; block = ring.nextBlock()) {
      frames.push(...parseFrames(block));
      ring.releaseBlock();
    }
  });
  return { frames, finish: () => ring.finish((block) => frames.push(...parseFrames(block))) };
}

describe('ring', { skip: SKIP_LIVE }, () => {
  let bed: LiveBed;
  before(() => {
    bed = makeBed();
  });
  after(() => bed.remove());

  it('openRing() sees 4 pings as 4 packets of 84 bytes in each direction', async () => {
    const ring = openBedRing(bed);
    const { frames, finish } = collectFrames(ring);

    await runIn(bed.a, 'ping', '-c', '4', '-i', '0.05', '10.77.0.2');
    const statistics = await finish(() => undefined);

    assert.equal(ring.linkType, LINK_TYPE_ETHERNET);
    const pings = frames.filter((frame) => frame.ipProtocol === 1);
    assert.deepEqual(
      [true, false].map((outgoing) => pings.filter((frame) => frame.outgoing === outgoing).length),
      [4, 4],
    );
    assert.ok(pings.every((frame) => frame.ipBytes === 84));
    assert.deepEqual(statistics, { packets: 8, drops: 0 });
  });

  it('finish() hands over what lies in the unfinished block, and ARP is captured too', async () => {
    const ring = openBedRing(bed);
    ip(`-n ${bed.a} neigh del 10.77.0.2 dev va`);
    await runIn(bed.a, 'ping', '-c', '1', '10.77.0.2');
    const frames: Frame[] = [];

    const statistics = await ring.finish((block) => frames.push(...parseFrames(block)));

    assert.equal(frames.filter((frame) => frame.etherType === 0x0806).length, 2);
    assert.equal(frames.filter((frame) => frame.etherType === 0x0800).length, 2);
    assert.equal(statistics.packets, frames.length);
    assert.equal(ring.nextBlock(), null);
  });

  it('a burst that the reader sleeps through is seen or counted as dropped, exactly', async () => {
    const ring = openBedRing(bed, 64 * 1024, 4);

    await sendDatagrams(bed.a, 20_000, 64);
    let seen = 0;
    const statistics = await ring.finish((block) => {
      seen += parseFrames(block).length;
    });

    assert.ok(statistics.drops > 0, 'the ring overflowed');
    assert.equal(statistics.packets, seen);
    assert.equal(seen + statistics.drops, 20_000);
  });

  it('finish() in the middle of traffic has handed over all that was counted', async () => {
    const ring = openBedRing(bed);
    const sending = sendDatagrams(bed.a, 30_000, 100);
    await until(() => ring.nextBlock() !== null, 'traffic flows');

    let seen = 0;
    const statistics = await ring.finish(({ packetCount }) => {
      seen += packetCount;
    });
    await sending;

    assert.equal(statistics.packets, seen);
    assert.ok(seen > 0 && seen < 30_000, `${seen} of 30000 were captured`);
  });

  it('a burst that is read is seen whole, over many times the ring', async () => {
    const ring = openBedRing(bed, 256 * 1024, 8);
    const { frames, finish } = collectFrames(ring);

    await sendDatagrams(bed.a, 30_000, 100);
    const statistics = await finish(() => undefined);

    assert.deepEqual(statistics, { packets: 30_000, drops: 0 });
    assert.equal(frames.length, 30_000);
    assert.ok(frames.every((frame) => frame.ipBytes === 128 && frame.ipProtocol === 17));
  });

  it('a TCP transfer is captured as super-frames whose segment size is told', async () => {
    const ring = openBedRing(bed);
    const { frames, finish } = collectFrames(ring);
    const payloadBytes = 8 * MIB;

    const server = `require('node:net').createServer((peer) => {
      peer.resume().on('end', () => process.exit());
    }).listen(7000);`;
    const client = `const connect = () => require('node:net').connect(7000, '10.77.0.2')
      .on('error', () => setTimeout(connect, 50))
      .on('connect', function () { this.end(Buffer.alloc(${payloadBytes})); });
      connect();`;
    await Promise.all([
      runIn(bed.b, process.execPath, '-e', server),
      runIn(bed.a, process.execPath, '-e', client),
    ]);
    await finish(() => undefined);

    const sent = frames.filter((frame) => frame.ipProtocol === 6 && frame.outgoing);
    const superFrames = sent.filter((frame) => frame.segmentBytes > 0);
    // By sequence numbers, because a busy machine may make TCP send something twice.
    const data = sent.filter((frame) => frame.tcpPayloadBytes > 0);
    const first = data[0]?.tcpSequence ?? 0;
    const ends = data.map((frame) => (frame.tcpSequence - first + frame.tcpPayloadBytes) >>> 0);
    assert.equal(Math.max(...ends), payloadBytes);
    const sum = sent.reduce((total, frame) => total + frame.tcpPayloadBytes, 0);
    assert.ok(sum >= payloadBytes);
    assert.ok(superFrames.length > 0);
    assert.ok(superFrames.every((frame) => frame.segmentBytes <= 1460));
    assert.ok(sent.every((frame) => frame.segmentBytes > 0 || frame.ipBytes <= 1500));
  });

  it('close() leaves blocks readable as zero and may be called twice', async () => {
    const ring = openBedRing(bed);
    await runIn(bed.a, 'ping', '-c', '1', '10.77.0.2');
    await pause(100);
    const block = ring.nextBlock();

    ring.close();
    ring.close();

    assert.ok(block !== null && block.bytes.length > 0);
    assert.ok(block.bytes.every((value) => value === 0));
    assert.equal(ring.nextBlock(), null);
    ring.releaseBlock();
    assert.deepEqual(ring.statistics(), { packets: 0, drops: 0 });
  });

  it('openRing() tells of an interface that is gone, or is another one by now', () => {
    const options = { netns: bed.a, blockBytes: MIB, blockCount: 2, blockTimeoutMs: 50 };

    for (const [ifindex, name] of [
      [9999, 'va'],
      [bed.ifindex, 'other'],
    ] as const) {
      assert.throws(() => openRing({ ...options, ifindex, name, snapshotLength: 192 }), {
        code: 'not-found',
        message: `Cannot capture on "${name}": the interface is gone`,
      });
    }
  });

  it('capture goes on after the interface was down', async () => {
    const ring = openBedRing(bed);
    const { frames, finish } = collectFrames(ring);

    ip(`-n ${bed.a} link set va down`);
    await pause(100);
    ip(`-n ${bed.a} link set va up`);
    ip(`-n ${bed.a} neigh replace 10.77.0.2 lladdr 02:00:00:00:00:0b dev va`);
    await runIn(bed.a, 'ping', '-c', '2', '-i', '0.05', '10.77.0.2');
    await until(() => frames.length >= 4, 'the ring wakes its reader again');

    assert.equal((await finish(() => undefined)).packets, 4);
  });

  it('frames of a tun device begin with the IP header', async () => {
    // Perl, which every Debian has: the device lives as long as its descriptor.
    const program = `$| = 1;
      open(my $tun, '+<', '/dev/net/tun') or die $!;
      my $request = pack('a16 s x22', 'tun7', 0x1001);
      ioctl($tun, 0x400454ca, $request) or die $!;
      print 'made'; <STDIN>;
      for (1 .. 3) { syswrite($tun, pack('H*', '4500001c000040004011') . pack('n', 0)
        . pack('H*', '0a0000010a00000200010002') . pack('n n', 8, 0)); }
      print 'sent'; <STDIN>;`;
    const perl = spawn('ip', ['netns', 'exec', bed.a, 'perl', '-e', program]);
    let said = '';
    perl.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until(() => said === 'made', 'tun7 is there');
    ip(`-n ${bed.a} link set tun7 up`);
    const ifindex = readLinks(bed.a).find((link) => link.name === 'tun7')?.ifindex ?? 0;

    const ring = openRing({
      ...{ netns: bed.a, ifindex, name: 'tun7', snapshotLength: 192 },
      ...{ blockBytes: MIB, blockCount: 2, blockTimeoutMs: 50 },
    });
    perl.stdin.write('\n');
    await until(() => said === 'madesent', 'the packets are sent');
    const starts: string[] = [];
    await ring.finish(({ bytes, packetCount }) => {
      for (let index = 0, offset = 0; index < packetCount; index++) {
        const header = Buffer.from(bytes.subarray(offset));
        const mac = header.readUInt16LE(24);
        starts.push(header.toString('hex', mac, mac + 4));
        offset += header.readUInt32LE(0);
      }
    });
    perl.stdin.end();

    assert.equal(ring.linkType, LINK_TYPE_RAW);
    assert.equal(ring.virtioHeader, true);
    assert.deepEqual(starts, ['4500001c', '4500001c', '4500001c']);
  });

  it('a process or thread may end while a ring is open', () => {
    const worker = `
      import { openRing } from '${CAPTURE}';
      import { parentPort } from 'node:worker_threads';
      openRing({ netns: null, ifindex: 1, name: 'lo', blockBytes: ${MIB}, blockCount: 2,
        blockTimeoutMs: 50, snapshotLength: 192 }).onReadable(() => {});
      parentPort.postMessage('open');`;
    const main = `
      import { Worker } from 'node:worker_threads';
      const source = encodeURIComponent(\`${worker}\`);
      const worker = new Worker(new URL('data:text/javascript,' + source));
      worker.on('message', async () => {
        if (process.argv[1] === 'terminate') await worker.terminate();
        process.exit(3);
      });`;

    for (const how of ['terminate', 'exit']) {
      const words = ['--input-type=module', '-e', main, how];
      const { status, signal, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
      assert.deepEqual(
        { how, status, signal, stderr },
        { how, status: 3, signal: null, stderr: '' },
      );
    }
  });
});

describe('ring without privilege', { skip: SKIP_LIVE }, () => {
  const open = (netns: string): string => `
    import { openRing } from '${CAPTURE}';
    try {
      openRing({ netns: ${netns}, ifindex: 1, name: 'lo', blockBytes: ${MIB}, blockCount: 2,
        blockTimeoutMs: 50, snapshotLength: 192 });
    } catch (error) { console.log(error.code + '|' + error.message); }`;
  const asNobody = (words: string[], program: string): string =>
    execFileSync('setpriv', [...words, process.execPath, '--input-type=module', '-e', program], {
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    }).trim();

  it('openRing() says what to run without CAP_NET_RAW', () => {
    const said = asNobody(['--reuid', '65534', '--clear-groups'], open('null'));

    assert.match(said, /^not-permitted\|Cannot capture on "lo": CAP_NET_RAW is missing; run: /);
    assert.match(said, /sudo setcap cap_net_raw\+ep \/\S+ \(or start weir with sudo\)$/);
  });

  it('openRing() says what to run when a namespace may not be entered', () => {
    const said = asNobody(['--reuid', '65534', '--clear-groups'], open(`'/proc/self/ns/net'`));

    assert.match(said, /CAP_SYS_ADMIN is missing; run: sudo setcap cap_net_raw,cap_sys_admin\+ep /);
  });

  it('openRing() knows that a container without CAP_NET_RAW cannot be helped by setcap', () => {
    const said = asNobody(['--bounding-set', '-net_raw'], open('null'));

    assert.match(said, /setcap cap_net_raw\+ep .*start the container with: --cap-add NET_RAW$/);
  });
});
