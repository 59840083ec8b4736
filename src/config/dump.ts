// The effective configuration as YAML, each key under its description.
import { stringify } from 'yaml';

import { formatByteSize } from './schema-parts.ts';
import { SETTINGS } from './schema.ts';
import type { Config } from './schema.ts';

/** A YAML file that, read back, gives the same configuration. */
export function dumpConfig(config: Config): string {
  const lines = [
    '# Weir configuration. Each key may also be given as the variable in brackets, which wins',
    '# over the file; flags win over both.',
  ];
  let section = '';
  for (const setting of SETTINGS) {
    const [first = '', second] = setting.path;
    const indent = second === undefined ? '' : '  ';
    lines.push('');
    if (second !== undefined && first !== section) lines.push(`${first}:`);
    section = first;
    lines.push(`${indent}# ${setting.description} [${setting.variable}]`);
    lines.push(`${indent}${second ?? first}: ${valueText(config, setting.path)}`);
  }
  return `${lines.join('\n')}\n`;
}

function valueText(config: Config, path: readonly string[]): string {
  let value: unknown = config;
  for (const part of path) value = (value as Record<string, unknown>)[part];
  const isSize = path.at(-1)?.endsWith('Bytes') ?? false;
  if (isSize && typeof value === 'number') return formatByteSize(value);
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}
