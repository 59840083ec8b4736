// Paging of the Describe operations. A token names the last item shown, by its place in the order
// of all items, so that what is deleted between two pages neither hides nor repeats anything.
import { createHash } from 'node:crypto';

import { AwsError, awsFaults } from '../../aws/aws-error.ts';
import { integer, member, text } from '../../aws/wire/shape.ts';
import { createSlices } from '../slices.ts';

const CHECKSUM_BYTES = 9;
/** Of work for one page: 10,000 items take a tenth of it, but for filters made to take long. */
const SEARCH_MS_MAX = 5000;

/** The members of a request that page. */
export const PAGE_REQUEST = {
  MaxResults: member('MaxResults', integer),
  NextToken: member('NextToken', text),
} as const;

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** How an operation pages. */
export interface Paging<Item> {
  /** A token is good for this operation only. */
  readonly operation: string;
  readonly resultsMin: number;
  readonly resultsMax: number;
  /** Place of an item in the order of all items; texts compare as the items are sorted. */
  readonly positionOf: (item: Item) => string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

/**
 * The page that the request asks for; without MaxResults all that is left. It is made in slices.
 *
 * @param sorted all items, ascending by `positionOf`
 * @param show the item as the page has it, or null to leave it out; called only as far as the page
 *   needs
 * @throws AwsError for MaxResults out of bounds, a token that is not of this operation, or a search
 *   that takes too long
 */
export async function pageOf<Item, Shown>(
  sorted: readonly Item[],
  request: PageRequest,
  paging: Paging<Item>,
  show: (item: Item) => Shown | null,
): Promise<Page<Shown>> {
  const { MaxResults: limit = Infinity, NextToken: token } = request;
  if (request.MaxResults !== undefined) checkLimit(request.MaxResults, paging);
  const items: Shown[] = [];
  let last: Item | null = null;
  const slices = createSlices();
  for (const item of sorted.slice(token === undefined ? 0 : indexAfter(sorted, token, paging))) {
    if (slices.isOver()) await slices.pause();
    if (slices.spentMs > SEARCH_MS_MAX) throw searchTooLong();
    const shown = show(item);
    if (shown === null) continue;
    // One more than the page holds: so there is another page.
    if (items.length >= limit && last !== null) {
      return { items, nextToken: tokenOf(paging.operation, paging.positionOf(last)) };
    }
    items.push(shown);
    last = item;
  }
  return { items };
}

/** Values of a map in the order of their ids; sorted once for a map, which must never change. */
export function sortedById<Item>(resources: ReadonlyMap<string, Item>): readonly Item[] {
  const known = sortedMaps.get(resources);
  // Only this function writes, so what is found belongs to this very map.
  if (known !== undefined) return known as readonly Item[];
  const sorted = [...resources].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  sortedMaps.set(resources, sorted);
  return sorted;
}

const sortedMaps = new WeakMap<object, readonly unknown[]>();

function checkLimit(limit: number, { resultsMin, resultsMax }: Paging<never>): void {
  if (Number.isInteger(limit) && limit >= resultsMin && limit <= resultsMax) return;
  // AWS: "Expecting a value greater than 5." for 1 and 3, though 5 is allowed (aws-sdk-ruby#2575).
  // Unverified: the words for a value that is too high.
  const wanted = limit > resultsMax ? `less than ${resultsMax}` : `greater than ${resultsMin}`;
  throw new AwsError(
    'InvalidParameterValue',
    400,
    `Value ( ${limit} ) for parameter maxResults is invalid. Expecting a value ${wanted}.`,
  );
}

// Unverified: AWS documents the code for too many filter values.
function searchTooLong(): AwsError {
  const message = 'The filters take too long to match; use fewer values or wildcards';
  return new AwsError('FilterLimitExceeded', 400, message);
}

/** Index of the first item after the one that the token names, which may be gone. */
function indexAfter<Item>(sorted: readonly Item[], token: string, paging: Paging<Item>): number {
  const position = positionIn(token, paging.operation);
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && paging.positionOf(item) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/*
 *  A token, as base64url:
 *
 *   0          9
 *  +----------+---------------------------------------+
 *  | checksum | operation NUL position (UTF-8)        |
 *  +----------+---------------------------------------+
 *
 *  The checksum tells garbage from tokens; it is no secret, since a position reveals nothing.
 */
function tokenOf(operation: string, position: string): string {
  const content = Buffer.from(`${operation}\0${position}`);
  return Buffer.concat([checksumOf(content), content]).toString('base64url');
}

function positionIn(token: string, operation: string): string {
  const bytes = Buffer.from(token, 'base64url');
  const content = bytes.subarray(CHECKSUM_BYTES);
  const [from, position] = content.toString().split('\0', 2);
  const isOurs =
    bytes.toString('base64url') === token &&
    checksumOf(content).equals(bytes.subarray(0, CHECKSUM_BYTES));
  if (!isOurs || from !== operation || position === undefined) throw awsFaults.nextTokenInvalid();
  return position;
}

function checksumOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest().subarray(0, CHECKSUM_BYTES);
}
