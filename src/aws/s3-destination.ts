// LogDestination of an S3 flow log: `arn:PARTITION:s3:::BUCKET[/FOLDER[/...]]`. Bucket names follow
// the S3 User Guide, "General purpose bucket naming rules"; the folder name AWSLogs is reserved
// for what the delivery service itself writes (VPC User Guide, "Publish flow logs to S3").

export interface S3Destination {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly bucket: string;
  /** Empty, or folders each followed by a slash. */
  readonly folder: string;
}

const ARN = /^arn:(aws|aws-cn|aws-us-gov):s3:::([^/]*)(?:\/(.*))?$/s;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const IP_ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/;
/** AWS also reserves `amzn-s3-demo-`, for its documentation; we take it, so that examples work. */
const RESERVED_PREFIXES = ['xn--', 'sthree-'];
const RESERVED_SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];
const RESERVED_FOLDER = 'AWSLogs';
/** Leaves room for the 200 or so bytes of our own part of the key (S3: 1,024 bytes at most). */
const FOLDER_BYTES_MAX = 700;
/** A folder becomes a directory in the embedded object store. */
const SEGMENT_BYTES_MAX = 255;

/**
 * Parses the ARN of a bucket with an optional folder.
 *
 * @returns the destination, or one sentence that says what is wrong
 */
export function parseS3Destination(text: string): S3Destination | { readonly fault: string } {
  const match = ARN.exec(text);
  const [, partition, bucket, rawFolder = ''] = match ?? [];
  if (partition === undefined || bucket === undefined) {
    return { fault: 'expected arn:aws:s3:::BUCKET or arn:aws:s3:::BUCKET/FOLDER/' };
  }
  const fault = bucketNameFault(bucket) ?? folderFault(rawFolder);
  if (fault !== null) return { fault };
  const folder = rawFolder === '' || rawFolder.endsWith('/') ? rawFolder : `${rawFolder}/`;
  return { partition, bucket, folder };
}

/** What is wrong with a bucket's name, or null. */
export function bucketNameFault(name: string): string | null {
  if (!BUCKET.test(name)) {
    return (
      `bucket name "${name}" needs 3 to 63 lower-case letters, digits, dots and hyphens, ` +
      'with a letter or digit at both ends'
    );
  }
  if (name.includes('..')) return `bucket name "${name}" has two dots in a row`;
  if (IP_ADDRESS.test(name)) return `bucket name "${name}" looks like an IP address`;
  const prefix = RESERVED_PREFIXES.find((part) => name.startsWith(part));
  if (prefix !== undefined) return `bucket name "${name}" begins with the reserved "${prefix}"`;
  const suffix = RESERVED_SUFFIXES.find((part) => name.endsWith(part));
  if (suffix !== undefined) return `bucket name "${name}" ends with the reserved "${suffix}"`;
  return null;
}

function folderFault(folder: string): string | null {
  if (folder === '') return null;
  if (Buffer.byteLength(folder) > FOLDER_BYTES_MAX) {
    return `the folder is longer than ${FOLDER_BYTES_MAX} bytes`;
  }
  if (/\p{Cc}/u.test(folder)) return 'the folder has a control character';
  const segments = folder.replace(/\/$/, '').split('/');
  for (const segment of segments) {
    if (segment === '') return 'the folder has an empty part';
    if (segment === '.' || segment === '..') return `the folder has the part "${segment}"`;
    if (segment === RESERVED_FOLDER) return `the folder name ${RESERVED_FOLDER} is reserved`;
    if (Buffer.byteLength(segment) > SEGMENT_BYTES_MAX) {
      return `a part of the folder is longer than ${SEGMENT_BYTES_MAX} bytes`;
    }
  }
  return null;
}
