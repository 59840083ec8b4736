// One frame of any link type into a batch record.
import { UNSUPPORTED_LINK } from '../assembly/layout';
import { decodeEthernet, decodeRaw } from './ethernet';
import { decodeIpv4At, decodeIpv6At } from './ip';
import { decodeLinuxCooked, decodeLinuxCooked2 } from './linux-cooked';
import { decodeLoopback } from './loopback';
import { decodeHdlc, decodePpp } from './ppp';
import { decodePppoe } from './pppoe';

export const LINKTYPE_ETHERNET: u32 = 1;

/**
 * @param r batch record to fill (all but hash, packets and relative time)
 * @param linkType LINKTYPE_ value (www.tcpdump.org/linktypes.html); the list of what is supported
 *   stands also in src/capture for the error message
 * @returns OK or why the frame is not metered
 */
export function decodeFrame(
  r: usize,
  linkType: u32,
  frame: usize,
  end: usize,
  wireEnd: usize,
): u32 {
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      return decodeEthernet(r, frame, end, wireEnd);
    case 0: // NULL
    case 108: // LOOP
      return decodeLoopback(r, frame, end, wireEnd);
    case 9: // PPP
    case 50: // PPP_HDLC
      return decodePpp(r, frame, end, wireEnd);
    case 51: // PPP_ETHER
      return decodePppoe(r, frame, end, wireEnd);
    case 104: // C_HDLC
      return decodeHdlc(r, frame, end, wireEnd);
    case 12: // DLT_RAW as some systems wrote it
    case 14:
    case 101: // RAW
      return decodeRaw(r, frame, end, wireEnd);
    case 113: // LINUX_SLL
      return decodeLinuxCooked(r, frame, end, wireEnd);
    case 228: // IPV4
      return decodeIpv4At(r, frame, end, wireEnd);
    case 229: // IPV6
      return decodeIpv6At(r, frame, end, wireEnd);
    case 276: // LINUX_SLL2
      return decodeLinuxCooked2(r, frame, end, wireEnd);
    default:
      return UNSUPPORTED_LINK;
  }
}
