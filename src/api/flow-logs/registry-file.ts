// The text of DATA/flow-logs.json. Version 2 is written; version 1, of the releases before transit
// gateways and tag fields, is read and completed.
import { z } from 'zod';

import {
  FILE_FORMATS,
  LOG_DESTINATION_TYPES,
  RESOURCE_TYPES,
  TAG_FIELD_RESOURCE_TYPES,
  TRAFFIC_TYPES,
  type FlowLog,
} from '../../aws/flow-log.ts';
import { OperationError } from '../../observe/operation-error.ts';

const FILE_VERSION = 2;

const settings = {
  trafficType: z.enum(TRAFFIC_TYPES).nullable(),
  logFormat: z.string(),
  maxAggregationInterval: z.union([z.literal(60), z.literal(600)]),
  fileFormat: z.enum(FILE_FORMATS),
  hiveCompatiblePartitions: z.boolean(),
  perHourPartition: z.boolean(),
  tagFieldSpecifications: z.array(
    z.object({ ResourceType: z.enum(TAG_FIELD_RESOURCE_TYPES), TagKeys: z.array(z.string()) }),
  ),
};

const sequence = z.number().int().min(0);

const flowLogSchema = z.object({
  ...settings,
  flowLogId: z.string(),
  creationTimeMs: z.number(),
  accountId: z.string(),
  region: z.string(),
  resourceType: z.enum(RESOURCE_TYPES),
  resourceId: z.string(),
  logDestinationType: z.enum(LOG_DESTINATION_TYPES),
  logDestination: z.string(),
  logGroupName: z.string().nullable(),
  deliverLogsPermissionArn: z.string().nullable(),
  deliverCrossAccountRole: z.string().nullable(),
  tags: z.array(z.object({ Key: z.string(), Value: z.string() })),
  startSequence: sequence,
  formerSettings: z.array(z.object({ ...settings, untilSequence: sequence })),
}) satisfies z.ZodType<FlowLog>;

/** Version 1 knew only plain text in S3 for VPCs, subnets and interfaces. */
const flowLogSchemaV1 = z
  .object({
    flowLogId: z.string(),
    creationTimeMs: z.number(),
    accountId: z.string(),
    region: z.string(),
    resourceType: z.enum(['VPC', 'Subnet', 'NetworkInterface']),
    resourceId: z.string(),
    trafficType: z.enum(TRAFFIC_TYPES),
    logDestinationType: z.literal('s3'),
    logDestination: z.string(),
    logFormat: z.string(),
    maxAggregationInterval: settings.maxAggregationInterval,
    hiveCompatiblePartitions: z.boolean(),
    perHourPartition: z.boolean(),
    tags: flowLogSchema.shape.tags,
    startSequence: sequence,
  })
  .transform((flowLog): FlowLog => ({
    ...flowLog,
    fileFormat: 'plain-text',
    tagFieldSpecifications: [],
    logGroupName: null,
    deliverLogsPermissionArn: null,
    deliverCrossAccountRole: null,
    formerSettings: [],
  }));

const usedTokenSchema = z.object({
  token: z.string(),
  /** SHA-256 of the request's parameters. */
  fingerprint: z.string(),
  flowLogIds: z.array(z.string()),
});

const usedTokens = z.array(usedTokenSchema);

const fileSchema = z.discriminatedUnion('version', [
  z.object({ version: z.literal(1), flowLogs: z.array(flowLogSchemaV1), usedTokens }),
  z.object({ version: z.literal(FILE_VERSION), flowLogs: z.array(flowLogSchema), usedTokens }),
]);

/** A client token and what it created; answers a repeated request. */
export type UsedToken = Readonly<z.infer<typeof usedTokenSchema>>;

export interface RegistryContent {
  /** In the order of creation. */
  readonly flowLogs: readonly FlowLog[];
  /** The oldest first. */
  readonly usedTokens: readonly UsedToken[];
}

/**
 * Reads the file's text.
 *
 * @param file named in faults
 * @throws OperationError `unsupported` for a newer release's file, `invalid-input` for damage
 */
export function parseRegistryFile(text: string, file: string): RegistryContent {
  const content = parseJson(text);
  if (isNewer(content)) {
    throw new OperationError(
      'unsupported',
      `The flow logs in "${file}" were written by a newer Weir; start that release instead`,
    );
  }
  const parsed = fileSchema.safeParse(content);
  if (parsed.success) {
    return { flowLogs: parsed.data.flowLogs, usedTokens: parsed.data.usedTokens };
  }
  const issue = parsed.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new OperationError(
    'invalid-input',
    `The flow logs in "${file}" are damaged${place}; restore the file, or move it away to begin ` +
      'without flow logs',
  );
}

/** The file's text, one item a line, so that people can read and compare it. */
export function renderRegistryFile(content: RegistryContent): string {
  const { flowLogs, usedTokens: tokens } = content;
  return `${JSON.stringify({ version: FILE_VERSION, flowLogs, usedTokens: tokens }, null, 1)}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one of the ways to be damaged; the schema refuses it.
    return null;
  }
}

function isNewer(content: unknown): boolean {
  if (typeof content !== 'object' || content === null || !('version' in content)) return false;
  return typeof content.version === 'number' && content.version > FILE_VERSION;
}
