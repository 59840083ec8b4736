// Ids of what a bare host has. They must survive restarts and reboots, and be the same on every
// run, so they are hashes of what identifies the thing: machine-id, MAC, prefix, namespace.
import { createHash } from 'node:crypto';

const ID_DIGITS = 17;

/** Kinds of resources that a host is described by. */
export type HostIdPrefix = 'vpc' | 'subnet' | 'eni' | 'i' | 'igw';

/**
 * A stable id in AWS's form, e.g. `eni-0a1b2c3d4e5f60718`. The machine-id must not leave the
 * machine as it is (machine-id(5)); the hash is keyed with our name and cannot be turned back.
 *
 * @param parts what identifies the resource on the machine
 */
export function hostId(prefix: HostIdPrefix, machineId: string, ...parts: string[]): string {
  const text = ['weir', prefix, machineId, ...parts].join('\0');
  return `${prefix}-${createHash('sha256').update(text).digest('hex').slice(0, ID_DIGITS)}`;
}

/**
 * A zone id for a host, which has no zones: the first one of the region, named as AWS names them
 * (`us-east-1` has `use1-az1`, `ap-southeast-2` has `apse2-az1`).
 */
export function hostZoneId(region: string): string {
  const parts = region.split('-');
  const short = parts.map((part, index) => {
    if (index === 0 || /^\d+$/.test(part)) return part;
    const compass = /^(north|south|east|west|central)(east|west)?$/.exec(part);
    if (compass === null) return part.slice(0, 1);
    return (compass[1] ?? '').slice(0, 1) + (compass[2] ?? '').slice(0, 1);
  });
  return `${short.join('')}-az1`;
}
