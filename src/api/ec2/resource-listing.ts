// What all Describe operations over the inventory do alike: ids that must exist, filters, pages in
// the order of the ids.
import { AwsError, awsFaults } from '../../aws/aws-error.ts';
import type { Tag } from '../../aws/flow-log.ts';
import { flag, list, member, structure, text } from '../../aws/wire/shape.ts';
import type { Snapshot } from '../../spine/topology.ts';
import type { Permission } from '../operation.ts';
import { compileFilters, FILTERS, type FilterEntry, type FilterTable } from './filters.ts';
import { PAGE_REQUEST, pageOf, sortedById, type PageRequest } from './pages.ts';

const RESULTS_MIN = 5;
const RESULTS_MAX = 1000;

/** What the operations need of the daemon. */
export interface InventoryDeps {
  readonly snapshot: () => Snapshot;
  /** Region of the configuration, served even when the inventory has nothing there. */
  readonly region: string;
}

/** Members that all these requests have. */
export const LISTING_REQUEST = {
  DryRun: member('DryRun', flag),
  Filters: FILTERS,
  ...PAGE_REQUEST,
} as const;

export interface ListingRequest extends PageRequest {
  readonly DryRun?: boolean | undefined;
  readonly Filters?: readonly FilterEntry[] | undefined;
}

/** `tagSet` of an answer. */
export const TAG_SET = member(
  'tagSet',
  list(structure({ Key: member('key', text), Value: member('value', text) })),
);

export function tagSetOf(tags: Readonly<Record<string, string>>): readonly Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** One kind of resource, as one operation lists it. */
export interface Listing<Item, Description> {
  readonly operation: string;
  /** What AWS calls the parameter of ids where it cannot stand beside MaxResults. */
  readonly idsParameter: string;
  readonly idPrefix: string;
  /** @param id has not the prefix */
  readonly malformed: (id: string) => AwsError;
  /** @param ids at least one */
  readonly notFound: (ids: readonly string[]) => AwsError;
  readonly idOf: (item: Item) => string;
  readonly filters: FilterTable<Description>;
}

/** Where the resources are, and how they are shown. */
export interface ListingSource<Item, Description> {
  readonly all: ReadonlyMap<string, Item>;
  /** True for what is in the caller's region. */
  readonly isHere: (item: Item) => boolean;
  readonly describe: (item: Item) => Description;
}

export interface Listed<Description> {
  readonly descriptions: readonly Description[];
  /** For the answer: nothing on the last page. */
  readonly next: { readonly NextToken?: string };
}

/** @throws AwsError for a dry run, an unknown id, a bad filter or a bad page */
export async function listResources<Item, Description>(
  request: ListingRequest & { readonly ids: readonly string[] | undefined },
  source: ListingSource<Item, Description>,
  listing: Listing<Item, Description>,
): Promise<Listed<Description>> {
  if (request.DryRun === true) throw awsFaults.dryRun();
  const ids = request.ids ?? [];
  if (ids.length > 0 && request.MaxResults !== undefined) {
    // AWS: these very words for instances; for others they are unverified.
    throw awsFaults.combinationInvalid(listing.idsParameter, 'maxResults');
  }
  const matches = compileFilters(request.Filters ?? [], listing.filters);
  const page = await pageOf(
    ids.length > 0 ? named(ids, source, listing) : sortedById(source.all),
    request,
    { ...listing, resultsMin: RESULTS_MIN, resultsMax: RESULTS_MAX, positionOf: listing.idOf },
    (item) => {
      if (!source.isHere(item)) return null;
      const description = source.describe(item);
      return matches(description) ? description : null;
    },
  );
  return {
    descriptions: page.items,
    next: page.nextToken === undefined ? {} : { NextToken: page.nextToken },
  };
}

/** The resources with these ids, each once, in the order of the ids. */
function named<Item, Description>(
  ids: readonly string[],
  source: ListingSource<Item, Description>,
  listing: Listing<Item, Description>,
): readonly Item[] {
  const wanted = [...new Set(ids)].sort();
  const malformed = wanted.find((id) => !id.startsWith(`${listing.idPrefix}-`));
  if (malformed !== undefined) throw listing.malformed(malformed);
  const found = wanted.map((id) => source.all.get(id));
  const missing = wanted.filter((_, index) => {
    const item = found[index];
    return item === undefined || !source.isHere(item);
  });
  if (missing.length > 0) throw listing.notFound(missing);
  return found.filter((item) => item !== undefined);
}

/** Describe calls have no resources in IAM: the action is allowed on all or none. */
export function permissionTo(action: string): () => readonly Permission[] {
  return () => [{ action: `ec2:${action}`, resources: ['*'] }];
}

/** @param id what has not the form of an id, e.g. `Invalid id: "x" (expecting "eni-...")` */
export function idMalformed(code: string, id: string, prefix: string): AwsError {
  return new AwsError(code, 400, `Invalid id: "${id}" (expecting "${prefix}-...")`);
}
