// What one request may hold. An operation has narrower limits of its own, in AWS's words; these
// keep the memory of a decoded request in proportion to its body.

/** Items of one list; the longest that AWS takes in these calls has 1,000. */
export const LIST_ITEMS_MAX = 4096;

/** Characters of one text; the longest parameter of these calls is a log format. */
export const TEXT_CHARACTERS_MAX = 16_384;

const QUOTED_CHARACTERS_MAX = 128;

/** A caller's text as an error may repeat it: never longer than a line. */
export function quotable(text: string): string {
  if (text.length <= QUOTED_CHARACTERS_MAX) return text;
  return `${text.slice(0, QUOTED_CHARACTERS_MAX)}...`;
}
