// Link types that src/hotpath/decode/frame.ts decodes (www.tcpdump.org/linktypes.html).
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'NULL'],
  [1, 'ETHERNET'],
  [9, 'PPP'],
  [12, 'RAW'],
  [14, 'RAW'],
  [50, 'PPP_HDLC'],
  [51, 'PPP_ETHER'],
  [101, 'RAW'],
  [104, 'C_HDLC'],
  [108, 'LOOP'],
  [113, 'LINUX_SLL'],
  [228, 'IPV4'],
  [229, 'IPV6'],
  [276, 'LINUX_SLL2'],
]);

/** Common link types that are not decoded, for a better message. */
const OTHERS: ReadonlyMap<number, string> = new Map([
  [105, 'IEEE802_11'],
  [127, 'IEEE802_11_RADIOTAP'],
  [189, 'USB_LINUX'],
  [220, 'USB_LINUX_MMAPPED'],
  [192, 'PPI'],
  [201, 'BLUETOOTH_HCI_H4_WITH_PHDR'],
  [253, 'NETLINK'],
]);

export function isSupportedLinkType(linkType: number): boolean {
  return NAMES.has(linkType);
}

/** The type's number and, where known, its name. */
export function linkTypeName(linkType: number): string {
  const name = NAMES.get(linkType) ?? OTHERS.get(linkType);
  return name === undefined ? String(linkType) : `${linkType} (${name})`;
}
