import {
  ANNOTATION_EXCLUSION_SHIFT,
  ANNOTATION_OWN_DESTINATION,
  ANNOTATION_OWN_SOURCE,
  ANNOTATION_PATH_SHIFT,
  DIRECTION,
  FLOW_ANNOTATION_OFFSET,
  FLOW_BYTES,
  META_DIRECTION_SHIFT,
  META_IPV6,
  META_POINT_MASK,
  META_POINT_SHIFT,
} from '../spine/flow.ts';
import { exclusionOf, swapped } from './exclusions.ts';
import type { InterfacePlan, InterfacePlans } from './interface-plan.ts';

/** Flow entries as words, the first entry at index 0; also a view of WebAssembly memory. */
export interface FlowWords {
  readonly u32: Uint32Array;
}

export const ENTRY_WORDS = FLOW_BYTES / 4;
export const META_WORD = 1;
export const SOURCE_WORD = 2;
export const DESTINATION_WORD_IPV4 = 3;
export const DESTINATION_WORD_IPV6 = 6;
export const ANNOTATION_WORD = FLOW_ANNOTATION_OFFSET / 4;

/** tcp-flags and the bits that have no meaning yet. */
const KEPT = 0xfc00_00ff;
const LINK_LOCAL_IPV6 = 0xfe80_0000 | 0;
const LINK_LOCAL_IPV6_MASK = 0xffc0_0000;

/**
 * Writes exclusion code, traffic path and own-address bits into the annotation word of entries
 * [from, to). An exclusion that is already there stays. Annotating twice changes nothing.
 * Nothing is allocated per flow; about 40 ns per flow of few interfaces (bench/inventory.ts).
 */
export function annotate(flows: FlowWords, from: number, to: number, plans: InterfacePlans): void {
  const words = flows.u32;
  for (let entry = from; entry < to; entry++) {
    const word = entry * ENTRY_WORDS;
    const meta = words[word + META_WORD]!;
    const held = words[word + ANNOTATION_WORD]!;
    const plan = plans.planAt((meta >>> META_POINT_SHIFT) & META_POINT_MASK);
    const exclusion =
      (held >>> ANNOTATION_EXCLUSION_SHIFT) & 0xff || exclusionOf(words, word, plan.reserved);
    const facts =
      (meta & META_IPV6) === 0
        ? factsIpv4(words, word, meta, plan)
        : factsIpv6(words, word, meta, plan);
    words[word + ANNOTATION_WORD] =
      (held & KEPT) | (exclusion << ANNOTATION_EXCLUSION_SHIFT) | facts;
  }
}

function isEgress(meta: number): boolean {
  return ((meta >>> META_DIRECTION_SHIFT) & 3) === DIRECTION.egress;
}

/** Traffic path, shifted to its place. */
function factsIpv4(words: Uint32Array, word: number, meta: number, plan: InterfacePlan): number {
  if (!isEgress(meta)) return 0;
  const path = plan.paths.ipv4(swapped(words[word + DESTINATION_WORD_IPV4]!));
  return path > 0 ? path << ANNOTATION_PATH_SHIFT : 0;
}

/** Traffic path and own-address bits, shifted to their places. */
function factsIpv6(words: Uint32Array, word: number, meta: number, plan: InterfacePlan): number {
  let facts = 0;
  if (isOwnIpv6(words, word + SOURCE_WORD, plan.ipv6)) facts |= ANNOTATION_OWN_SOURCE;
  const destination = word + DESTINATION_WORD_IPV6;
  if (isOwnIpv6(words, destination, plan.ipv6)) facts |= ANNOTATION_OWN_DESTINATION;
  if (!isEgress(meta)) return facts;
  const path = plan.paths.ipv6(
    swapped(words[destination]!),
    swapped(words[destination + 1]!),
    swapped(words[destination + 2]!),
    swapped(words[destination + 3]!),
  );
  return path > 0 ? facts | (path << ANNOTATION_PATH_SHIFT) : facts;
}

/**
 * Whether the address at a word is the interface's. A link-local address stands for itself too,
 * whether the inventory knows it or not: it is never forwarded.
 */
function isOwnIpv6(words: Uint32Array, word: number, own: Int32Array): boolean {
  const first = swapped(words[word]!);
  if ((first & LINK_LOCAL_IPV6_MASK) === LINK_LOCAL_IPV6) return true;
  for (let at = 0; at < own.length; at += 4) {
    if (
      own[at] === first &&
      own[at + 3] === swapped(words[word + 3]!) &&
      own[at + 2] === swapped(words[word + 2]!) &&
      own[at + 1] === swapped(words[word + 1]!)
    ) {
      return true;
    }
  }
  return false;
}
