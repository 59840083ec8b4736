// Packets and IP bytes per 5-tuple of `weir replay` against tshark's, on captures made here.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { captureCases } from '../support/capture-cases.ts';
import {
  hasTshark,
  packetsOf,
  totalsAsLines,
  totalsByTshark,
  totalsByWeir,
} from '../support/flow-totals.ts';
import { temporaryFile } from '../support/temporary.ts';
import { sumOf } from '../support/weir.ts';

const skip = hasTshark() ? false : 'tshark is not installed';

describe('weir replay counts what tshark counts:', { skip }, () => {
  for (const { name, file } of captureCases()) {
    it(name, (context) => {
      const capture = temporaryFile(context, 'case.cap', file);

      const expected = totalsByTshark(capture);
      const { totals, summary } = totalsByWeir(capture);

      assert.deepEqual(totalsAsLines(totals), totalsAsLines(expected));
      assert.equal(summary.ip_packets, packetsOf(expected));
      assert.equal(
        summary.frames,
        packetsOf(totals) + sumOf(summary.excluded) + sumOf(summary.unparsable),
      );
      assert.deepEqual(summary.unparsable, {});
    });
  }
});
