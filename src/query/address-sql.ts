// Addresses in SQL. Segments hold them as two unsigned 64-bit halves (IPv4 as ::ffff:a.b.c.d);
// these expressions and macros show them as text after RFC 5952, read text back, and test CIDR
// blocks as ranges.

/** Low half of the first and last address of ::ffff:0:0/96, which is where IPv4 lies. */
const IPV4_LOW_FIRST = '281470681743360::UBIGINT';
const IPV4_LOW_LAST = '281474976710655::UBIGINT';

/** Runs of zero groups, the longest first: the first that occurs is the one to cut. */
const ZERO_RUNS = [8, 7, 6, 5, 4, 3, 2].map((length) => `:${'0:'.repeat(length)}`);

const CUT_ZEROS = `CASE ${ZERO_RUNS.map(
  (run) => `WHEN contains(groups, '${run}') THEN regexp_replace(groups, '${run}', '::')`,
).join(' ')} ELSE groups END`;

const GROUP = (half: string, shift: number): string => `(${half} >> ${shift}) & 65535`;
const GROUPS = ['high', 'low'].flatMap((half) =>
  [48, 32, 16, 0].map((shift) => GROUP(half, shift)),
);

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4_PATTERN = `(${OCTET}\\.){3}${OCTET}`;

/** Groups on one side of `::`, none when the side is empty. */
const SIDE = (index: number): string => `CASE WHEN coalesce(sides[${index}], '') = ''
  THEN []::VARCHAR[] ELSE string_split(sides[${index}], ':') END`;
/** Hexadecimal digits of the groups in the list `sides`: 32, or it is no address. */
const IPV6_DIGITS = `array_to_string(list_transform(
  list_concat(${SIDE(1)},
    list_resize([]::VARCHAR[], CASE WHEN len(sides) = 2
      THEN greatest(0, 8 - len(${SIDE(1)}) - len(${SIDE(2)})) ELSE 0 END, '0'),
    ${SIDE(2)}),
  lambda part: CASE WHEN length(part) < 4 THEN right('000' || part, 4) ELSE part END), '')`;

/**
 * Macros, in the order of their dependence. For users:
 *
 *   in_cidr(address, '10.0.0.0/8')        true when the block holds the address
 *   address_text(high, low, ip_version)   text of an address of flow_log_rows
 *   address_high(text), address_low(text) its halves; NULL for what is no address
 */
export const ADDRESS_MACROS: readonly string[] = [
  `CREATE MACRO weir_ipv4_text(low) AS concat((low >> 24) & 255, '.', (low >> 16) & 255, '.',
    (low >> 8) & 255, '.', low & 255)`,
  `CREATE MACRO weir_cut_zeros(groups) AS ${CUT_ZEROS}`,
  // The list of one element below gives the groups a name, so that they are rendered once.
  // What was cut leaves "::"; a single colon at either end is only a fence.
  `CREATE MACRO weir_trim_colons(groups) AS
    regexp_replace(regexp_replace(groups, '^:([^:])', '\\1'), '([^:]):$', '\\1')`,
  `CREATE MACRO weir_ipv6_text(high, low) AS CASE
    WHEN high = 0 AND low BETWEEN ${IPV4_LOW_FIRST} AND ${IPV4_LOW_LAST}
    THEN '::ffff:' || weir_ipv4_text(low)
    ELSE list_transform([printf(':%x:%x:%x:%x:%x:%x:%x:%x:', ${GROUPS.join(', ')})],
      lambda groups: weir_trim_colons(weir_cut_zeros(groups)))[1] END`,
  `CREATE MACRO address_text(high, low, ip_version) AS
    CASE WHEN ip_version = 4 THEN weir_ipv4_text(low) ELSE weir_ipv6_text(high, low) END`,
  // Each macro names its argument once where it can: DuckDB copies an argument into every place,
  // and an expression that doubles at each step takes longer to plan than to run.
  `CREATE MACRO weir_ipv4_digits(address) AS 'ffff' || array_to_string(list_transform(
    string_split(regexp_extract(address, '[0-9.]+$'), '.'),
    lambda part: printf('%02x', try_cast(part AS INTEGER))), '')`,
  `CREATE MACRO weir_ipv6_digits(address) AS list_transform(
    [string_split(address, '::')],
    lambda sides: CASE WHEN len(sides) <= 2 THEN ${IPV6_DIGITS} END)[1]`,
  `CREATE MACRO weir_digits(address) AS CASE
    WHEN regexp_full_match(address, '(?i)(::ffff:)?${IPV4_PATTERN}')
    THEN lpad(weir_ipv4_digits(address), 32, '0')
    WHEN regexp_full_match(address, '[0-9a-fA-F:]*:[0-9a-fA-F:]*')
    THEN lower(weir_ipv6_digits(address)) END`,
  `CREATE MACRO weir_half(digits, first) AS list_transform([digits],
    lambda all_digits: CASE WHEN length(all_digits) = 32
      THEN try_cast('0x' || substr(all_digits, first, 16) AS UBIGINT) END)[1]`,
  `CREATE MACRO address_high(address) AS weir_half(weir_digits(address), 1)`,
  `CREATE MACRO address_low(address) AS weir_half(weir_digits(address), 17)`,
  `CREATE MACRO weir_prefix_bits(block) AS CASE
    WHEN NOT contains(block, '/') THEN 128
    WHEN contains(block, ':') THEN try_cast(split_part(block, '/', 2) AS INTEGER)
    ELSE 96 + try_cast(split_part(block, '/', 2) AS INTEGER) END`,
  `CREATE MACRO weir_is_block(block) AS CASE
    WHEN contains(block, ':')
    THEN regexp_full_match(block, '[^/]+(/[0-9]{1,3})?') AND weir_prefix_bits(block) <= 128
      AND coalesce(length(weir_digits(split_part(block, '/', 1))) = 32, false)
    ELSE regexp_full_match(block, '${IPV4_PATTERN}(/([12]?[0-9]|3[0-2]))?') END`,
  // Whole octets compare as text, and only what they let through is read as a number: five times
  // faster than reading each row's address.
  `CREATE MACRO weir_octet(address, index) AS
    try_cast(split_part(address, '.', index) AS UTINYINT)`,
  `CREATE MACRO weir_octets_text(block, length) AS
    array_to_string(string_split(block, '.')[1:length], '.') || '.'`,
  `CREATE MACRO weir_in_ipv4_bits(address, block, octets, bits) AS
    (octets = 0 OR starts_with(address, weir_octets_text(block, octets)))
    AND (bits = 0 OR (weir_octet(address, octets + 1) >> (8 - bits))
      = (weir_octet(split_part(block, '/', 1), octets + 1) >> (8 - bits)))`,
  `CREATE MACRO weir_in_ipv4_block(address, block) AS CASE
    WHEN weir_prefix_bits(block) = 128 THEN address = split_part(block, '/', 1)
    WHEN weir_prefix_bits(block) < 104
    THEN NOT contains(address, ':')
      AND weir_in_ipv4_bits(address, block, 0, weir_prefix_bits(block) - 96)
    ELSE weir_in_ipv4_bits(address, block,
      (weir_prefix_bits(block) - 96) // 8, weir_prefix_bits(block) % 8) END`,
  `CREATE MACRO weir_in_ipv6_bits(digits, others, whole, bits) AS
    left(digits, whole) = left(others, whole)
    AND (bits = 0 OR (try_cast('0x' || substr(digits, whole + 1, 1) AS UTINYINT) >> (4 - bits))
      = (try_cast('0x' || substr(others, whole + 1, 1) AS UTINYINT) >> (4 - bits)))`,
  `CREATE MACRO weir_in_ipv6_block(address, block) AS list_transform([weir_digits(address)],
    lambda digits: weir_in_ipv6_bits(digits, weir_digits(split_part(block, '/', 1)),
      weir_prefix_bits(block) // 4, weir_prefix_bits(block) % 4))[1]`,
  // A block of one version never holds an address of the other.
  `CREATE MACRO in_cidr(address, block) AS CASE
    WHEN NOT weir_is_block(block)
    THEN error('in_cidr: "' || block || '" is no CIDR block such as 10.0.0.0/8')::BOOLEAN
    WHEN contains(block, ':')
    THEN contains(address, ':') AND weir_in_ipv6_block(address, block)
    ELSE weir_in_ipv4_block(address, block) END`,
];
