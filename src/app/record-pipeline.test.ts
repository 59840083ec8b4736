import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { createLogger, createMetrics, OperationError } from '../observe/index.ts';
import type { FlowBatch } from '../spine/flow.ts';
import type { RecordBatch } from '../spine/record.ts';
import { createRecordPipeline, type StoredWindow } from './record-pipeline.ts';

function batchOf(windowStart: number, byteLength = 64): FlowBatch {
  const point = { point: 1, packetsSeen: 9, packetsDropped: 2, packetsEvicted: 1 };
  return {
    windowStart,
    windowSeconds: 60,
    entries: new ArrayBuffer(byteLength),
    flowCount: byteLength / 64,
    points: [{ ...point, framesUnparsable: 1 }],
    excludedFrames: {},
    last: true,
  };
}

/** As much of a batch as the pipeline looks at. */
function recordsOf({ windowStart, windowSeconds }: FlowBatch): RecordBatch {
  const columns = {
    logStatus: Uint8Array.of(0, 1),
    packets: BigUint64Array.of(3n, 0n),
    octets: BigUint64Array.of(300n, 0n),
  };
  return { windowStart, windowSeconds, rowCount: 2, columns } as unknown as RecordBatch;
}

function pipelineWith(append: (batch: RecordBatch) => Promise<{ sequence: number }>) {
  const stored: StoredWindow[] = [];
  const lines: string[] = [];
  const metrics = createMetrics();
  const write = (line: string): void => void lines.push(line);
  const log = createLogger({ level: 'info', write, pretty: false, now: Date.now });
  const onStored = (window: StoredWindow): void => void stored.push(window);
  const pipeline = createRecordPipeline({ enrich: recordsOf, append, onStored, log, metrics });
  return { pipeline, stored, lines, metrics };
}

function diskFull(): OperationError {
  return new OperationError('disk-full', 'Cannot store: no space', { retryable: true });
}

describe('createRecordPipeline', () => {
  it('stores batches in their order and sums what was stored', async () => {
    let sequence = 0;
    const { pipeline, stored } = pipelineWith(async () => ({ sequence: (sequence += 1) }));

    pipeline.push(batchOf(60));
    pipeline.push(batchOf(120));
    await pipeline.stop(1000);

    assert.deepEqual(
      stored.map((window) => [window.sequence, window.windowStart]),
      [
        [1, 60],
        [2, 120],
      ],
    );
    assert.deepEqual(stored[0], {
      sequence: 1,
      windowStart: 60,
      windowSeconds: 60,
      rowCount: 2,
      packets: 3,
      bytes: 300,
      lost: 4,
    });
  });

  it('says so when the disk is full, tries again, and recovers', async () => {
    let attempts = 0;
    const { pipeline, stored, lines } = pipelineWith(async () => {
      attempts += 1;
      if (attempts === 1) throw diskFull();
      return { sequence: 1 };
    });

    pipeline.push(batchOf(60));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const failure = pipeline.failure;
    await pipeline.stop(5000);

    assert.equal(failure, 'Cannot store: no space');
    assert.equal(pipeline.failure, null);
    assert.equal(stored.length, 1);
    assert.equal(pipeline.lostWindows, 0);
    assert.match(lines.join(''), /store\.disk-full[^]*store\.recovered/);
  });

  it('drops and counts what finds no room, and what the stop leaves no time for', async () => {
    const { pipeline, metrics } = pipelineWith(() => Promise.reject(diskFull()));

    for (let index = 0; index < 61; index += 1) pipeline.push(batchOf(index * 60));
    assert.equal(pipeline.lostWindows, 1);
    await pipeline.stop(10);

    assert.equal(pipeline.lostWindows, 61);
    assert.equal(metrics.counter('weir_lost_windows_total', '').value(), 61);
  });

  it('takes one batch larger than the bound, and no second one', () => {
    const { pipeline } = pipelineWith(() => new Promise(() => undefined));

    pipeline.push(batchOf(60, 80 * 2 ** 20));
    assert.equal(pipeline.lostWindows, 0);
    pipeline.push(batchOf(120));

    assert.equal(pipeline.lostWindows, 1);
  });
});
