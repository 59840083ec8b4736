// What tags of a flow log may be (EC2 User Guide, "Tag restrictions"; spec/api.md 2 and 4).
import { awsFaults } from '../../aws/aws-error.ts';
import type { Tag } from '../../aws/flow-log.ts';
import type { CreateFlowLogsRequest } from '../../aws/flow-log-shapes.ts';

const TAGS_MAX = 50;
const KEY_CHARACTERS_MAX = 128;
const VALUE_CHARACTERS_MAX = 256;
const RESOURCE_TYPE = 'vpc-flow-log';
const QUOTED_CHARACTERS_MAX = 300;

type RequestTags = readonly {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}[];

/**
 * The tags of TagSpecifications, which a flow log is born with.
 *
 * @throws AwsError of the first fault
 */
export function checkTagSpecifications(
  specifications: CreateFlowLogsRequest['TagSpecifications'] = [],
): readonly Tag[] {
  const tags = specifications.flatMap(({ ResourceType: type, Tags = [] }) => {
    if (type === RESOURCE_TYPE) return Tags;
    const allowed = `Valid values: ${RESOURCE_TYPE}.`;
    throw awsFaults.valueInvalid(quoted(type ?? 'null'), 'TagSpecification.ResourceType', allowed);
  });
  return checkTagCount(checkTags(tags));
}

/**
 * Checks tags one by one; a missing value is an empty one.
 *
 * @throws AwsError of the first fault
 */
export function checkTags(tags: RequestTags): readonly Tag[] {
  const byKey = new Map<string, string>();
  for (const { Key: key, Value: value = '' } of tags) {
    if (key === undefined) throw awsFaults.parameterMissing('Tag.Key');
    checkTag(key, value);
    if (byKey.has(key)) throw awsFaults.tagKeyRepeated(key);
    byKey.set(key, value);
  }
  return [...byKey].map(([Key, Value]) => ({ Key, Value }));
}

/** @throws AwsError `TagLimitExceeded` when a resource would have more tags than it may */
export function checkTagCount(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > TAGS_MAX) throw awsFaults.tagLimitExceeded(TAGS_MAX);
  return tags;
}

function checkTag(key: string, value: string): void {
  if (key === '' || characterCount(key) > KEY_CHARACTERS_MAX) {
    const allowed = `A tag key has 1 to ${KEY_CHARACTERS_MAX} characters.`;
    throw awsFaults.valueInvalid(quoted(key), 'Tag.Key', allowed);
  }
  if (/^aws:/i.test(key)) throw awsFaults.tagKeyReserved(key);
  if (characterCount(value) > VALUE_CHARACTERS_MAX) {
    const allowed = `A tag value has at most ${VALUE_CHARACTERS_MAX} characters.`;
    throw awsFaults.valueInvalid(quoted(value), 'Tag.Value', allowed);
  }
}

/** AWS counts Unicode characters, not units of UTF-16. */
function characterCount(text: string): number {
  return Array.from(text).length;
}

function quoted(text: string): string {
  return text.length > QUOTED_CHARACTERS_MAX ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}...` : text;
}
