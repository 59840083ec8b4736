import type { TagFieldSpecification } from '../aws/flow-log.ts';
import { quoteText } from './duckdb.ts';
import type { TagFields } from './lines-request.ts';

interface TagField {
  readonly resourceType: TagFieldSpecification['ResourceType'];
  /** Column of TAG_COLUMNS. */
  readonly column: string;
  readonly name: string;
}

const SOURCES: readonly TagField[] = [
  { resourceType: 'instance', column: 'instance_tags', name: 'instance-tag' },
  { resourceType: 'network-interface', column: 'interface_tags', name: 'interface-tag' },
  { resourceType: 'auto-scaling-group', column: 'auto_scaling_group_tags', name: 'asg-tag' },
];

/**
 * SQL of a tag field over the columns of a segment; null when the field is none or no key was
 * specified for it. The first key of a resource type feeds `x-tag`, the second `x-tag-2`.
 *
 * Values are percent-encoded UTF-8, `-` included, so that none is taken for "no tag"
 * (spec/records.md 5.5).
 *
 * Unverified: that letters, digits and `_`, `.`, `~` stay, and that an empty value shows `-`.
 */
export function tagFieldExpression(fieldName: string, tagFields: TagFields | null): string | null {
  const isSecond = fieldName.endsWith('-2');
  const name = isSecond ? fieldName.slice(0, -2) : fieldName;
  const source = SOURCES.find((entry) => entry.name === name);
  const specification = tagFields?.specifications.find(
    (entry) => entry.ResourceType === source?.resourceType,
  );
  const key = specification?.TagKeys[isSecond ? 1 : 0];
  if (tagFields === null || source === undefined || key === undefined) return null;
  const pointer = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const value = `nullif(json_extract_string(${source.column}, ${quoteText(pointer)}), '')`;
  return `CASE WHEN account_id = ${quoteText(tagFields.accountId)}
    THEN replace(url_encode(${value}), '-', '%2D') END`;
}
