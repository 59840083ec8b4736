/** Text of an address in network order: 4 bytes dotted, 16 bytes as RFC 5952 wants it. */
export function addressText(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join('.') : ipv6Text(bytes);
}

/** Lower-case, colons; null for an address that is empty or all zero (loopback, tunnels). */
export function macText(bytes: Uint8Array | undefined): string | null {
  if (bytes?.length !== 6 || bytes.every((value) => value === 0)) return null;
  return [...bytes].map((value) => value.toString(16).padStart(2, '0')).join(':');
}

function ipv6Text(bytes: Uint8Array): string {
  const groups: number[] = [];
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    groups.push(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  }
  const { start, length } = longestZeroRun(groups);
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  // RFC 5952 4.2.2: a single zero group is not shortened.
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  const best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) Object.assign(best, { start: index - length + 1, length });
  }
  return best;
}
