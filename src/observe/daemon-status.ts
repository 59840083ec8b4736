// What the running daemon says of itself: the answers of /control/status and /control/top. The
// schemas stand here, below both sides, so that the daemon that writes them and the commands that
// read them agree.
import { z } from 'zod';

const count = z.number().nonnegative();

const interfaceStatus = z.object({
  netns: z.string().nullable(),
  name: z.string(),
  ifindex: z.int(),
  /** ENI id; null while the inventory does not know the device. */
  interfaceId: z.string().nullable(),
  /** Where the interface is: what a flow log can be created for. */
  subnetId: z.string().nullable(),
  vpcId: z.string().nullable(),
  packets: count,
  /** Packets the kernel dropped because the ring was full. */
  drops: count,
});

const flowLogStatus = z.object({
  flowLogId: z.string(),
  resourceId: z.string(),
  /** Null for transit gateways, which know none. */
  trafficType: z.string().nullable(),
  logDestination: z.string(),
  /** SUCCESS or FAILED, AWS's DeliverLogsStatus. */
  deliverLogsStatus: z.string(),
  /** The true cause of a failure, one line; null while all is well. */
  cause: z.string().nullable(),
  /** Committed windows that are not delivered yet. */
  backlogWindows: count,
  /** Age of the oldest of them; 0 when there is none. */
  delaySeconds: count,
  files: count,
  records: count,
});

const certificateStatus = z.object({
  /** Unix milliseconds. */
  validFromMs: z.number(),
  validUntilMs: z.number(),
  /** Why the files of now are not the ones in use; null otherwise. */
  fault: z.string().nullable(),
});
/** The certificate that the daemon shows. */
export type CertificateStatus = z.infer<typeof certificateStatus>;

/** Answer of GET /control/status. */
export const daemonStatusSchema = z.object({
  version: z.string(),
  pid: z.int(),
  /** Unix milliseconds. */
  startedMs: count,
  nowMs: count,
  data: z.string(),
  listen: z.string(),
  /** Null where the port speaks plain HTTP. */
  certificate: certificateStatus.nullable().default(null),
  windowSeconds: z.int(),
  capture: z.object({
    state: z.enum(['starting', 'capturing', 'off']),
    /** Why it is off; null otherwise. */
    reason: z.string().nullable(),
    interfaces: z.array(interfaceStatus),
    flowCount: count,
    evictedPackets: count,
  }),
  /** `none`: nothing tells rejected packets, so every record says ACCEPT. */
  verdictSource: z.enum(['none']),
  store: z.object({
    lastSequence: z.int(),
    /** Why storing fails now; null when it works. */
    failure: z.string().nullable(),
    /** Windows that could not be stored since the start. */
    lostWindows: count,
  }),
  flowLogs: z.array(flowLogStatus),
});
export type DaemonStatus = z.infer<typeof daemonStatusSchema>;
export type DaemonInterfaceStatus = z.infer<typeof interfaceStatus>;
export type DaemonFlowLogStatus = z.infer<typeof flowLogStatus>;

const topRow = z.object({
  interface: z.string(),
  interfaceId: z.string().nullable(),
  direction: z.enum(['ingress', 'egress', '-']),
  srcaddr: z.string(),
  dstaddr: z.string(),
  srcport: z.int(),
  dstport: z.int(),
  protocol: z.int(),
  packets: count,
  bytes: count,
  action: z.enum(['ACCEPT', 'REJECT']),
});

/** Answer of GET /control/top: the largest live flows of the open window. */
export const topAnswerSchema = z.object({
  /** Unix seconds; 0 while no window is open. */
  windowStart: count,
  windowSeconds: z.int(),
  nowMs: count,
  /** Totals of the open window. */
  flowCount: count,
  packets: count,
  bytes: count,
  /** Packets since the start of the capture, of all interfaces: seen, and lost. */
  packetsSeen: count,
  packetsLost: count,
  rows: z.array(topRow),
});
export type TopAnswer = z.infer<typeof topAnswerSchema>;
export type TopRow = z.infer<typeof topRow>;
