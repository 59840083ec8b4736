// Amazon Resource Names: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE` (AWS General Reference,
// "Amazon Resource Names"). Region and account are empty where a service has none.

export interface Arn {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  /** Everything after the account, colons and slashes included. */
  readonly resource: string;
}

const ARN = /^arn:(aws|aws-cn|aws-us-gov):([a-z0-9-]+):([a-z0-9-]*):(\d{12}|):(.+)$/;
/** IAM User Guide: path of printable characters, name of up to 64 of `\w+=,.@-`. */
const ROLE = /^role\/(?:[\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,64}$/;
const ARN_CHARACTERS_MAX = 2048;

/** The parts of an ARN, or null when the text is none. */
export function parseArn(text: string): Arn | null {
  if (text.length > ARN_CHARACTERS_MAX) return null;
  const [, partition, service, region, accountId, resource] = ARN.exec(text) ?? [];
  if (partition === undefined || service === undefined || region === undefined) return null;
  if (accountId === undefined || resource === undefined) return null;
  return { partition, service, region, accountId, resource };
}

/** The parts of an IAM role's ARN, or null when the text is none. */
export function parseRoleArn(text: string): Arn | null {
  const arn = parseArn(text);
  if (arn === null || arn.service !== 'iam' || arn.region !== '') return null;
  return arn.accountId !== '' && ROLE.test(arn.resource) ? arn : null;
}

/** The partition that a region belongs to. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
