// What LogFormat and TagFieldSpecifications may be together (spec/api.md 2.2, spec/records.md 5.5).
import { awsFaults } from '../../aws/aws-error.ts';
import {
  TAG_FIELD_RESOURCE_TYPES,
  type FlowLogResourceType,
  type TagFieldSpecification,
} from '../../aws/flow-log.ts';
import type { CreateFlowLogsRequest } from '../../aws/flow-log-shapes.ts';
import { LogFormatError, parseLogFormat, type LogFormat } from '../../records/log-format.ts';
import { isTransitGateway } from './observed-resource.ts';
import { type CallScope } from './call-scope.ts';

const SPECIFICATIONS_MAX = 3;
const KEYS_MAX = 2;
const KEY_CHARACTERS_MAX = 128;
const QUOTED_CHARACTERS_MAX = 1024;

const TAG_FIELD = /^(instance|interface|asg)-tag(-2)?$/;

type TagFieldResourceType = TagFieldSpecification['ResourceType'];

const FED_BY: Readonly<Record<string, TagFieldResourceType>> = {
  instance: 'instance',
  interface: 'network-interface',
  asg: 'auto-scaling-group',
};

export interface CheckedFormat {
  /** As the client wrote it, spacing kept; AWS's default and Weir's words written out. */
  readonly logFormat: string;
  /** Whether the records need an ECS cluster to be there. */
  readonly hasEcsFields: boolean;
}

/**
 * Checks a log format, and that the tag keys for its tag fields are chosen.
 *
 * @param text undefined takes AWS's default of the resource type
 * @throws AwsError
 */
export function checkLogFormat(
  text: string | undefined,
  specifications: readonly TagFieldSpecification[],
  resourceType: FlowLogResourceType,
  scope: CallScope,
): CheckedFormat {
  const isWord = text === 'default' || text === 'all';
  if (isWord && scope.region !== null) throw awsFaults.formatInvalid(text, 'logFormat');
  const format = readFormat(text ?? 'default', resourceType);
  // `all` asks for whatever there is: `-` where no tag key was chosen or no ECS task runs.
  if (isWord) return { logFormat: format.text, hasEcsFields: false };
  checkTagFields(format, specifications);
  const hasEcsFields = format.fields.some((field) => field.name.startsWith('ecs-'));
  return { logFormat: format.text, hasEcsFields };
}

/** Whether the format has fields that TagFieldSpecifications feed. */
export function hasTagFields(logFormat: string, resourceType: FlowLogResourceType): boolean {
  return readFormat(logFormat, resourceType).fields.some((field) => TAG_FIELD.test(field.name));
}

function readFormat(text: string, resourceType: FlowLogResourceType): LogFormat {
  try {
    return parseLogFormat(text, isTransitGateway(resourceType) ? 'tgw' : 'vpc');
  } catch (cause) {
    if (!(cause instanceof LogFormatError)) throw cause;
    if (cause.kind === 'field') throw awsFaults.logFormatField(cause.message);
    const isLong = text.length > QUOTED_CHARACTERS_MAX;
    const quoted = isLong ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}...` : text;
    throw awsFaults.formatInvalid(quoted, 'logFormat');
  }
}

function checkTagFields(format: LogFormat, specifications: readonly TagFieldSpecification[]): void {
  const fields = format.fields.filter((field) => TAG_FIELD.test(field.name));
  if (fields.length === 0 && specifications.length > 0) throw awsFaults.tagFieldsUnused();
  if (fields.length > 0 && specifications.length === 0) throw awsFaults.tagFieldsNotSet();
  for (const { name } of fields) {
    const [, owner = '', second] = TAG_FIELD.exec(name) ?? [];
    const resourceType = FED_BY[owner] ?? '';
    const specification = specifications.find((entry) => entry.ResourceType === resourceType);
    const keyCount = second === undefined ? 1 : 2;
    if ((specification?.TagKeys ?? []).length < keyCount) {
      throw awsFaults.tagFieldUnfed(name, resourceType, keyCount);
    }
  }
}

/**
 * Checks the specifications themselves.
 *
 * @throws AwsError of the first fault
 */
export function checkTagFieldSpecifications(
  specifications: CreateFlowLogsRequest['TagFieldSpecifications'] = [],
): readonly TagFieldSpecification[] {
  if (specifications.length > SPECIFICATIONS_MAX) {
    const found = `${specifications.length} entries`;
    throw invalid(found, '', `At most ${SPECIFICATIONS_MAX} entries.`);
  }
  const checked = specifications.map(({ ResourceType: type, TagKeys: keys = [] }) => ({
    ResourceType: checkResourceType(type),
    TagKeys: checkKeys(keys),
  }));
  const types = checked.map((entry) => entry.ResourceType);
  const repeated = types.find((type, index) => types.indexOf(type) !== index);
  if (repeated !== undefined) {
    throw invalid(repeated, '.ResourceType', 'Each resource type may be given once.');
  }
  return checked;
}

function checkResourceType(type: string | undefined): TagFieldResourceType {
  const known = TAG_FIELD_RESOURCE_TYPES.find((candidate) => candidate === type);
  if (known !== undefined) return known;
  const allowed = `Valid values: ${TAG_FIELD_RESOURCE_TYPES.join(', ')}.`;
  throw invalid((type ?? 'null').slice(0, KEY_CHARACTERS_MAX), '.ResourceType', allowed);
}

function checkKeys(keys: readonly string[]): readonly string[] {
  if (keys.length === 0 || keys.length > KEYS_MAX) {
    throw invalid(`${keys.length} keys`, '.TagKey', `1 or ${KEYS_MAX} keys.`);
  }
  for (const key of keys) {
    const count = Array.from(key).length;
    if (count >= 1 && count <= KEY_CHARACTERS_MAX) continue;
    const allowed = `1 to ${KEY_CHARACTERS_MAX} characters.`;
    throw invalid(key.slice(0, KEY_CHARACTERS_MAX), '.TagKey', allowed);
  }
  return keys;
}

function invalid(value: string, member: string, allowed: string): Error {
  return awsFaults.valueInvalid(value, `TagFieldSpecification${member}`, allowed);
}
