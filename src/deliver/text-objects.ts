// Writes one group of windows as text objects: per slot a file, per 75 MB a part, nothing where
// there are no records. Keys and bytes follow from the group, so a second attempt replaces what
// the first one left.
import type { FlowLog, FlowLogSettings } from '../aws/flow-log.ts';
import { parseS3Destination, type S3Destination } from '../aws/s3-destination.ts';
import { OperationError } from '../observe/operation-error.ts';
import { parseLogFormat, type LogFormat } from '../records/log-format.ts';
import { logFormatScope } from './alike.ts';
import type { Group } from './group.ts';
import { gzipPart, type PartLimits, type PieceFeed } from './gzip-part.ts';
import { textObjectKey } from './object-key.ts';
import type { ObjectStore } from './object-store.ts';
import { cutPieces, type Piece } from './piece-source.ts';
import type { LineChunk, ReadLinesRequest, RecordScope } from './record-reader.ts';
import type { SharedReads } from './shared-reads.ts';

/** AWS's publishing slot: a file holds records whose end lies in these five minutes. */
const SLOT_SECONDS = 300;
const METADATA = { contentType: 'application/octet-stream' } as const;

export interface Written {
  readonly fileCount: number;
  readonly recordCount: number;
  readonly byteCount: number;
}

export interface TextObjectsDeps {
  readonly reads: SharedReads;
  /** Scopes of flow logs whose records of the group look the same, this one's included. */
  readonly alike: () => readonly RecordScope[];
  readonly objectStore: ObjectStore;
  readonly limits: PartLimits;
}

/** A flow log as it is for one group. */
export type SettledFlowLog = Omit<FlowLog, keyof FlowLogSettings> & FlowLogSettings;

/**
 * Writes all objects of the group.
 *
 * @param flowLog with the settings that apply to the group
 * @param signal ends the work between two pieces
 * @throws OperationError of the destination or the store; objects written so far stay, to be
 * replaced by the next attempt
 */
export async function writeTextObjects(
  flowLog: SettledFlowLog,
  group: Group,
  deps: TextObjectsDeps,
  signal: AbortSignal,
): Promise<Written> {
  const destination = destinationOf(flowLog);
  const format = parseLogFormat(flowLog.logFormat, logFormatScope(flowLog));
  const header = `${format.fields.map((field) => field.name).join(' ')}\n`;
  const written = { fileCount: 0, recordCount: 0, byteCount: 0 };
  const counted = (lineCount: number): void => {
    written.recordCount += lineCount;
  };
  const read = {
    request: requestOf(flowLog, group, format),
    rowCount: group.rowCount,
    alike: deps.alike,
  };
  const chunks = countLines(deps.reads.readLines(read), counted);
  const pieces = cutPieces(chunks);
  try {
    const feed = await openSlotFeed(pieces, signal);
    for (let part = 0; feed.slotStart() !== null; part += 1) {
      const slotStart = feed.slotStart() ?? 0;
      if (feed.isNewSlot()) part = 0;
      const place = { slotStart, firstSequence: group.firstSequence, part };
      const key = textObjectKey(flowLog, destination.folder, place);
      const body = gzipPart(header, feed.ofSlot(slotStart), deps.limits);
      const byteCount = await deps.objectStore.putObject(destination.bucket, key, body, METADATA);
      written.fileCount += 1;
      written.byteCount += byteCount;
    }
    return written;
  } finally {
    // Frees the reader's query also when the destination failed in the middle.
    await pieces.return();
  }
}

function destinationOf(flowLog: SettledFlowLog): S3Destination {
  const destination = parseS3Destination(flowLog.logDestination);
  if (!('fault' in destination)) return destination;
  throw new OperationError(
    'invalid-input',
    `Cannot deliver to "${flowLog.logDestination}": ${destination.fault}`,
  );
}

function requestOf(flowLog: SettledFlowLog, group: Group, format: LogFormat): ReadLinesRequest {
  const { accountId, tagFieldSpecifications: specifications } = flowLog;
  return {
    fromSequence: group.firstSequence,
    toSequence: group.lastSequence,
    scope: { resourceType: flowLog.resourceType, resourceId: flowLog.resourceId },
    trafficType: flowLog.trafficType,
    fields: format.fields,
    aggregationSeconds: flowLog.maxAggregationInterval,
    slotSeconds: SLOT_SECONDS,
    tagFields: specifications.length === 0 ? null : { accountId, specifications },
  };
}

async function* countLines(
  chunks: AsyncIterable<LineChunk>,
  counted: (lineCount: number) => void,
): AsyncGenerator<LineChunk, void, undefined> {
  for await (const chunk of chunks) {
    counted(chunk.lineCount);
    yield chunk;
  }
}

/** Pieces with one looked at ahead, so that a file is begun only for a record that is there. */
interface SlotFeed {
  /** Slot of the next piece; null at the end. */
  slotStart(): number | null;
  /** Whether no piece of the next piece's slot has been taken yet. */
  isNewSlot(): boolean;
  /** The pieces of that slot only. */
  ofSlot(slotStart: number): PieceFeed;
}

async function openSlotFeed(
  pieces: AsyncGenerator<Piece, void, undefined>,
  signal: AbortSignal,
): Promise<SlotFeed> {
  let takenSlot: number | null = null;
  let ahead = await pull(pieces);
  return {
    slotStart: () => ahead?.slotStart ?? null,
    isNewSlot: () => ahead?.slotStart !== takenSlot,
    ofSlot: (slotStart) => ({
      async take() {
        signal.throwIfAborted();
        const piece = ahead;
        if (piece === null || piece.slotStart !== slotStart) return null;
        takenSlot = slotStart;
        ahead = await pull(pieces);
        return piece;
      },
    }),
  };
}

async function pull(pieces: AsyncGenerator<Piece, void, undefined>): Promise<Piece | null> {
  const next = await pieces.next();
  return next.done === true ? null : next.value;
}
