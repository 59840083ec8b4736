// An inventory file in the course of being read: what its parts have in common.
import type { Cidr } from '../records/address.ts';
import type { PrefixLists } from './file-routes.ts';
import type { FaultList, FilePath } from './inventory-faults.ts';
import type { TopologyDraft } from './topology.ts';

/** What holds where the file says nothing. */
export interface FileDefaults {
  readonly accountId: string;
  readonly region: string;
}

export interface Reading {
  readonly draft: TopologyDraft;
  readonly defaults: FileDefaults;
  readonly faults: FaultList;
  /** Parsed blocks by the id of the VPC or subnet. */
  readonly cidrs: Map<string, readonly Cidr[]>;
  readonly prefixLists: PrefixLists;
  /** Who has the MAC, the device, the address or whatever only one may have, by its own key. */
  readonly owners: Map<string, string>;
}

/** Notes that somebody has something that only one may have. */
export function claim(
  reading: Reading,
  path: FilePath,
  ownerId: string,
  key: string,
  shown: string,
): void {
  const owner = reading.owners.get(key);
  if (owner !== undefined) reading.faults.add(path, `"${shown}" is already that of "${owner}"`);
  else reading.owners.set(key, ownerId);
}

/** Likewise, of something that the same one may have again. */
export function claimOnce(
  reading: Reading,
  path: FilePath,
  key: string,
  ownerId: string,
  shown: string,
): void {
  if (reading.owners.get(key) !== ownerId) claim(reading, path, ownerId, key, shown);
}

/** Tells of an id that is not of the kind, or that `known` has already. */
export function checkId(
  reading: Reading,
  path: FilePath,
  id: string,
  prefix: string,
  known: ReadonlyMap<string, unknown>,
): void {
  const place = [...path, 'id'];
  const isOfKind = id.startsWith(`${prefix}-`) && /^[a-z]+-[0-9A-Za-z-]{1,64}$/.test(id);
  // A transit gateway's prefix is also the beginning of its attachments' one.
  if (!isOfKind || (prefix === 'tgw' && id.startsWith('tgw-attach-'))) {
    reading.faults.add(place, `"${id}" is no id of this kind; write it as ${prefix}-...`);
  } else if (known.has(id)) {
    reading.faults.add(place, `"${id}" occurs twice`);
  }
}

/** The account that is written, checked, or else the default. */
export function accountOf(
  reading: Reading,
  path: FilePath,
  account: string | undefined,
  otherwise: string,
): string {
  if (account === undefined) return otherwise;
  // `unknown` is what AWS shows for interfaces that one of its services made.
  if (!/^\d{12}$/.test(account) && account !== 'unknown') {
    reading.faults.add([...path, 'account'], `"${account}" is no account id of 12 digits`);
  }
  return account;
}
