// Keys of delivered objects, in AWS's layout (spec/delivery.md 3.1):
//
//   [folder/]AWSLogs/ACCOUNT/vpcflowlogs/REGION/YYYY/MM/DD/[HH/]NAME
//   [folder/]AWSLogs/aws-account-id=ACCOUNT/aws-service=vpcflowlogs/aws-region=REGION/
//            year=YYYY/month=MM/day=DD/[hour=HH/]NAME
//   NAME = ACCOUNT_vpcflowlogs_REGION_FLOWLOGID_YYYYMMDDTHHmmZ_HASH.log.gz
//
// Time is that of the slot, UTC. AWS's hash is random; ours follows from what the file holds, so
// that a second attempt at the same group replaces the file of the first.
import { createHash } from 'node:crypto';

import type { FlowLog } from '../aws/flow-log.ts';

/** A part of one group of windows. */
export interface ObjectPart {
  /** Unix seconds. */
  readonly slotStart: number;
  /** First sequence of the group. */
  readonly firstSequence: number;
  /** Counts from 0 within the slot and group. */
  readonly part: number;
}

const HASH_DIGITS = 8;

/**
 * The key of a text object.
 *
 * @param folder empty, or ends with a slash
 */
export function textObjectKey(flowLog: FlowLog, folder: string, part: ObjectPart): string {
  return `${folder}AWSLogs/${partitionPath(flowLog, part.slotStart)}/${fileName(flowLog, part)}`;
}

function partitionPath(flowLog: FlowLog, slotStart: number): string {
  const { accountId, region } = flowLog;
  const { year, month, day, hour } = utc(slotStart);
  if (flowLog.hiveCompatiblePartitions) {
    const hourPart = flowLog.perHourPartition ? `/hour=${hour}` : '';
    return (
      `aws-account-id=${accountId}/aws-service=vpcflowlogs/aws-region=${region}/` +
      `year=${year}/month=${month}/day=${day}${hourPart}`
    );
  }
  const hourPart = flowLog.perHourPartition ? `/${hour}` : '';
  return `${accountId}/vpcflowlogs/${region}/${year}/${month}/${day}${hourPart}`;
}

function fileName(flowLog: FlowLog, part: ObjectPart): string {
  const { accountId, region, flowLogId } = flowLog;
  const { year, month, day, hour, minute } = utc(part.slotStart);
  const time = `${year}${month}${day}T${hour}${minute}Z`;
  return `${accountId}_vpcflowlogs_${region}_${flowLogId}_${time}_${hash(flowLogId, part)}.log.gz`;
}

function hash(flowLogId: string, { slotStart, firstSequence, part }: ObjectPart): string {
  const content = `${flowLogId} ${slotStart} ${firstSequence} ${part}`;
  return createHash('sha256').update(content).digest('hex').slice(0, HASH_DIGITS);
}

function utc(seconds: number): Record<'year' | 'month' | 'day' | 'hour' | 'minute', string> {
  const iso = new Date(seconds * 1000).toISOString();
  return {
    year: iso.slice(0, 4),
    month: iso.slice(5, 7),
    day: iso.slice(8, 10),
    hour: iso.slice(11, 13),
    minute: iso.slice(14, 16),
  };
}
