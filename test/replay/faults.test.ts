// Bad input: one clear line on stderr, the right exit code, and nothing lost that was before it.
import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { gzip, pcap, pcapng } from '../support/captures.ts';
import { packetsOf, totalsOfText, TUPLE_FORMAT } from '../support/flow-totals.ts';
import { randomTraffic } from '../support/random-traffic.ts';
import { temporaryFile, temporaryFolder } from '../support/temporary.ts';
import { messagesOf, replaySummary, runWeir, sumOf, type WeirRun } from '../support/weir.ts';

/** One line that begins `weir: `, matches, and does not end in a full stop. */
function assertOneLine(run: WeirRun, expected: RegExp, status: number): void {
  const messages = messagesOf(run);
  assert.equal(messages.length, 1, `expected one line, got: ${run.stderr}`);
  assert.match(messages[0] ?? '', /^weir: .*[^.]$/);
  assert.match(messages[0] ?? '', expected);
  assert.equal(run.status, status, run.stderr);
}

const FRAMES = randomTraffic(21, 400);

describe('weir replay of bad input', () => {
  it('names a missing file', () => {
    const run = runWeir(['replay', '/nowhere/missing.pcap']);

    assertOneLine(run, /"\/nowhere\/missing\.pcap"/, 1);
    assert.equal(run.stdout, '');
  });

  it('refuses a directory', (context) => {
    const folder = temporaryFolder(context);

    assertOneLine(runWeir(['replay', folder]), /directory/, 1);
  });

  it('refuses what is not a capture, an empty file and a dangling link', (context) => {
    const folder = temporaryFolder(context);
    const text = path.join(folder, 'notes.txt');
    writeFileSync(text, 'these are no packets, only words\n'.repeat(10));
    const empty = path.join(folder, 'empty.pcap');
    writeFileSync(empty, '');
    const link = path.join(folder, 'link.pcap');
    symlinkSync('gone.pcap', link);

    assertOneLine(runWeir(['replay', text]), /notes\.txt.*not a .*capture/i, 1);
    assertOneLine(runWeir(['replay', empty]), /empty\.pcap/, 1);
    assertOneLine(runWeir(['replay', link]), /link\.pcap/, 1);
    assertOneLine(runWeir(['replay', '-'], { stdin: gzip(Buffer.from('words')) }), /capture/i, 1);
  });

  it('refuses a link type that it cannot read, and names it', (context) => {
    const file = temporaryFile(context, 'usb.pcap', pcap(FRAMES, { linkType: 220 }));

    assertOneLine(runWeir(['replay', file]), /220/, 1);
  });

  const cuts: Readonly<Record<string, Uint8Array>> = {
    'pcap in the middle of a frame': pcap(FRAMES).subarray(0, -20),
    'pcap in the middle of a record header': pcap(FRAMES.slice(0, 1)).subarray(0, 30),
    'pcapng in the middle of a block': pcapng(FRAMES).subarray(0, -10),
    'gzip in the middle': gzip(pcap(FRAMES)).subarray(0, -400),
  };
  for (const [name, file] of Object.entries(cuts)) {
    it(`gives everything before the cut: ${name}`, (context) => {
      const capture = temporaryFile(context, 'cut.cap', file);

      const run = runWeir(['replay', capture, '--format', TUPLE_FORMAT, '--no-header']);

      assertOneLine(run, /cut\.cap/, 1);
      const summary = replaySummary(run);
      const packets = packetsOf(totalsOfText(run.stdout));
      const lost = sumOf(summary.excluded) + sumOf(summary.unparsable);
      assert.equal(packets + lost, summary.frames);
      if (name.includes('middle of a record header')) assert.equal(summary.frames, 0);
      else assert.ok(summary.frames > (name.startsWith('gzip') ? 100 : 398), run.stderr);
    });
  }

  it('goes on to the next capture after one that is cut', (context) => {
    const cut = temporaryFile(context, 'cut.pcap', pcap(FRAMES).subarray(0, -20));
    const whole = temporaryFile(context, 'whole.pcap', pcap(FRAMES));

    const run = runWeir(['replay', cut, whole, '--no-header']);

    assertOneLine(run, /cut\.pcap/, 1);
    assert.equal(replaySummary(run).frames, 2 * FRAMES.length - 1);
  });

  it('points at the fault in a format string', (context) => {
    const file = temporaryFile(context, 'a.pcap', pcap(FRAMES));

    assertOneLine(runWeir(['replay', file, '--format', '${version} ${nonsense}']), /nonsense/, 2);
    assertOneLine(runWeir(['replay', file, '--format', '${tgw-id}']), /tgw-id/, 2);
    assertOneLine(runWeir(['replay', file, '--format', '${version'], {}), /format/i, 2);
    assertOneLine(runWeir(['replay', file, '--format', '']), /format/i, 2);
  });

  it('refuses wrong usage with exit code 2', (context) => {
    const file = temporaryFile(context, 'a.pcap', pcap(FRAMES));

    assert.equal(runWeir(['replay']).status, 2);
    assert.equal(runWeir(['replay', file, '--interval', '61']).status, 2);
    assert.equal(runWeir(['replay', file, '--traffic-type', 'SOME']).status, 2);
    assert.equal(runWeir(['replay', file, '--output', 'xml']).status, 2);
    assert.equal(runWeir(['replay', file, '--no-such-option']).status, 2);
    assert.equal(runWeir(['no-such-command']).status, 2);
  });
});
