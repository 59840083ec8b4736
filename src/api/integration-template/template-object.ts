// Where a template is stored, and how AWS names that place.
// AWS: `VPCFlowLogsIntegrationTemplate_fl-1234567890abcdef0_Wed Jul 21 00:57:56 UTC 2021.yml`
// (the aws CLI's example of get-flow-logs-integration-template); the date is Java's Date.toString.
import type { S3Destination } from '../../aws/s3-destination.ts';

/** @param nowMs Unix milliseconds */
export function templateKey(destination: S3Destination, flowLogId: string, nowMs: number): string {
  const name = `VPCFlowLogsIntegrationTemplate_${flowLogId}_${dateText(nowMs)}.yml`;
  return `${destination.folder}${name}`;
}

/** The object's address in S3; it is what the operation answers. */
export function templateUrl(destination: S3Destination, key: string, region: string): string {
  const domain = destination.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  const path = key.split('/').map(encodeURIComponent).join('/');
  return `https://${destination.bucket}.s3.${region}.${domain}/${path}`;
}

/** `Wed Jul 21 00:57:56 UTC 2021`. */
function dateText(ms: number): string {
  const [weekday, day, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}
