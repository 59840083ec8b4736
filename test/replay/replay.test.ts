// What `weir replay` promises about its output: the same for the same input, conserved, and equal
// whatever the interval, the container of the capture and the way it comes in.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { gzip, pcap, pcapng } from '../support/captures.ts';
import { concat } from '../support/bytes.ts';
import { everySecond } from '../support/capture-cases.ts';
import { totalsAsLines, totalsOfText, TUPLE_FORMAT } from '../support/flow-totals.ts';
import { arp, ethernet } from '../support/link-layers.ts';
import { ipv4, tcp, TCP_FLAG, udp } from '../support/packets.ts';
import { randomTraffic, TRAFFIC_START_NS } from '../support/random-traffic.ts';
import { temporaryFile } from '../support/temporary.ts';
import { replaySummary, runWeir, sumOf } from '../support/weir.ts';

const WINDOW_START = Number(TRAFFIC_START_NS / 1_000_000_000n);
const DEFAULT_HEADER =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes ' +
  'start end action log-status';

/** Runs a replay that must succeed; its stdout. */
function replay(file: string, ...args: readonly string[]): string {
  const run = runWeir(['replay', file, ...args]);
  assert.equal(run.status, 0, run.stderr);
  return run.stdout;
}

/** Records of a text with a header, by field name. */
function rows(text: string): Record<string, string>[] {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const names = header.split(' ');
  return lines.map((line) => {
    const values = line.split(' ');
    assert.equal(values.length, names.length, line);
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
  });
}

describe('weir replay', () => {
  it('prints the default format with its header', (context) => {
    const packet = tcp({ sourcePort: 1234, destinationPort: 80, flags: TCP_FLAG.syn });
    const frames = [ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, packet)];
    const capture = pcap(everySecond(frames.map((inner) => ethernet(inner))));

    const output = replay(temporaryFile(context, 'one.pcap', capture));

    const [header, record, ...rest] = output.split('\n');
    assert.equal(header, DEFAULT_HEADER);
    assert.match(
      record ?? '',
      new RegExp(
        `^2 \\d{12} \\S+ 10\\.0\\.0\\.1 10\\.0\\.0\\.2 1234 80 6 1 40 ` +
          `${WINDOW_START} ${WINDOW_START} ACCEPT OK$`,
      ),
    );
    assert.deepEqual(rest, ['']);
  });

  it('prints the same bytes for the same capture', (context) => {
    const file = temporaryFile(context, 'random.pcap', pcap(randomTraffic(11, 3000)));

    const outputs = [1, 2, 3].map(() => replay(file, '--format', 'all'));

    assert.equal(outputs[1], outputs[0]);
    assert.equal(outputs[2], outputs[0]);
    assert.ok((outputs[0] ?? '').length > 10_000);
  });

  it('prints the same bytes for pcap, pcapng, gzip and standard input', (context) => {
    const frames = randomTraffic(12, 2000);
    const asPcap = pcap(frames, { nanoseconds: true });
    const expected = replay(temporaryFile(context, 'a.pcap', asPcap));
    const variants = {
      'pcap, big-endian': pcap(frames, { nanoseconds: true, bigEndian: true }),
      pcapng: pcapng(frames, { timestampResolution: 9 }),
      'pcap, gzip': gzip(asPcap),
      'pcapng, gzip': gzip(pcapng(frames, { timestampResolution: 9 })),
      'pcap, two gzip members': concat(gzip(asPcap.subarray(0, 5000)), gzip(asPcap.subarray(5000))),
    };

    for (const [name, file] of Object.entries(variants)) {
      assert.equal(replay(temporaryFile(context, 'a.cap', file)), expected, name);
      const piped = runWeir(['replay', '-'], { stdin: file });
      assert.equal(piped.status, 0, piped.stderr);
      assert.equal(piped.stdout, expected, `${name} on standard input`);
    }
  });

  it('reads several captures in turn', (context) => {
    const first = temporaryFile(context, 'a.pcap', pcap(randomTraffic(13, 500)));
    const second = temporaryFile(context, 'b.pcap', pcap(randomTraffic(14, 500)));
    const format = ['--format', TUPLE_FORMAT, '--no-header'];

    const both = totalsOfText(replay(first, second, ...format));

    const apart = totalsOfText(replay(first, ...format) + replay(second, ...format));
    assert.deepEqual(totalsAsLines(both), totalsAsLines(apart));
  });

  it('sums ten windows of 60 s to one of 600 s', (context) => {
    const file = temporaryFile(context, 'random.pcap', pcap(randomTraffic(15, 4000)));
    const format = `${TUPLE_FORMAT} \${tcp-flags} \${start} \${end} \${action}`;
    const summed = new Map<string, number[]>();
    for (const line of replay(file, '--no-header', '--format', format).trimEnd().split('\n')) {
      const values = line.split(' ');
      const [packets, bytes, flags, start, end] = values.slice(5, 10).map(Number);
      const key = [...values.slice(0, 5), values[10]].join(' ');
      const total = summed.get(key) ?? [0, 0, 0, Infinity, 0];
      summed.set(key, [
        (total[0] ?? 0) + (packets ?? 0),
        (total[1] ?? 0) + (bytes ?? 0),
        (total[2] ?? 0) | (flags ?? 0),
        Math.min(total[3] ?? 0, start ?? 0),
        Math.max(total[4] ?? 0, end ?? 0),
      ]);
    }

    const long = replay(file, '--no-header', '--format', format, '--interval', '600');

    const expected = [...summed].map(([key, total]) => {
      const values = key.split(' ');
      return [...values.slice(0, 5), ...total, values[5]].join(' ');
    });
    assert.deepEqual(long.trimEnd().split('\n').sort(), expected.sort());
  });

  it('keeps start and end of every record inside its window', (context) => {
    const file = temporaryFile(context, 'random.pcap', pcap(randomTraffic(16, 2000)));

    const records = rows(replay(file, '--format', '${start} ${end} ${packets} ${log-status}'));

    const windows = new Set<number>();
    for (const record of records) {
      const start = Number(record['start']);
      const end = Number(record['end']);
      assert.ok(start <= end);
      assert.equal(Math.floor(start / 60), Math.floor(end / 60));
      windows.add(Math.floor(start / 60));
    }
    assert.ok(windows.size >= 5, `${windows.size} windows`);
  });

  it('puts every frame in a record or in a counted reason', (context) => {
    const capture = pcap(randomTraffic(17, 3000), { snapBytes: 40 });
    const file = temporaryFile(context, 'cut.pcap', capture);

    const run = runWeir(['replay', file, '--format', '${packets}', '--no-header']);

    const packets = run.stdout.split('\n').reduce((sum, line) => sum + Number(line), 0);
    const summary = replaySummary(run);
    assert.equal(summary.frames, 3000);
    assert.ok(sumOf(summary.unparsable) > 0);
    assert.ok((summary.excluded['arp'] ?? 0) > 0);
    assert.equal(packets + sumOf(summary.excluded) + sumOf(summary.unparsable), 3000);
    assert.equal(summary.ip_packets, packets);
    assert.equal(summary.records, run.stdout.split('\n').length - 1);
  });

  it('filters by --traffic-type', (context) => {
    const file = temporaryFile(context, 'random.pcap', pcap(randomTraffic(18, 500)));
    const all = replay(file);

    assert.equal(replay(file, '--traffic-type', 'ALL'), all);
    assert.equal(replay(file, '--traffic-type', 'ACCEPT'), all);
    assert.equal(replay(file, '--traffic-type', 'REJECT').trimEnd(), DEFAULT_HEADER);
  });

  it('counts DHCP and the metadata service without a record', (context) => {
    const dhcp = udp({ sourcePort: 68, destinationPort: 67, payload: new Uint8Array(300) });
    const web = tcp({ sourcePort: 50_000, destinationPort: 80 });
    const frames = [
      ethernet(ipv4({ source: '0.0.0.0', destination: '255.255.255.255' }, dhcp)),
      ethernet(ipv4({ source: '10.0.0.1', destination: '169.254.169.254' }, web)),
      ethernet(ipv4({ source: '169.254.169.254', destination: '10.0.0.1' }, web)),
      ethernet(arp()),
      ethernet(ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, web)),
    ];
    const file = temporaryFile(context, 'excluded.pcap', pcap(everySecond(frames)));

    const run = runWeir(['replay', file, '--no-header', '--format', TUPLE_FORMAT]);

    assert.equal(run.stdout, '10.0.0.1 10.0.0.2 50000 80 6 1 40\n');
    assert.deepEqual(replaySummary(run).excluded, { arp: 1, dhcp: 1, 'instance-metadata': 2 });
  });

  it('prints one JSON object per record with --output json', (context) => {
    const file = temporaryFile(context, 'random.pcap', pcap(randomTraffic(19, 300)));
    const text = rows(replay(file));

    const objects = replay(file, '--output', 'json')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

    assert.equal(objects.length, text.length);
    const asText = objects.map((object) =>
      Object.fromEntries(Object.entries(object).map(([name, value]) => [name, String(value)])),
    );
    assert.deepEqual(asText, text);
    assert.equal(typeof objects[0]?.['packets'], 'number');
  });
});
