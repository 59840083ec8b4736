// What /control/status and /metrics say, gathered from all parts of the running daemon.
import type { Config, DataPaths } from '../config/index.ts';
import type { Delivery } from '../deliver/index.ts';
import type { PointRegistry } from '../enrich/index.ts';
import type { CertificateStatus, DaemonStatus, Metrics } from '../observe/index.ts';
import type { Store } from '../store/index.ts';
import type { LiveSource } from './live-source.ts';
import type { RecordPipeline } from './record-pipeline.ts';
import type { Snapshot } from '../spine/topology.ts';

export interface StatusParts {
  readonly version: string;
  readonly startedMs: number;
  readonly config: Config;
  readonly paths: DataPaths;
  /** `HOST:PORT` as bound. */
  readonly listen: () => string;
  /** Null where the port speaks plain HTTP, or not yet. */
  readonly certificate: () => CertificateStatus | null;
  /** Null until the capture has begun or failed to. */
  readonly source: () => LiveSource | null;
  readonly points: PointRegistry;
  readonly pipeline: RecordPipeline;
  readonly store: Store;
  readonly delivery: Delivery;
  readonly snapshot: () => Snapshot;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export function daemonStatus(parts: StatusParts): DaemonStatus {
  const { store, pipeline, points } = parts;
  const source = parts.source();
  const capture = source?.status;
  return {
    version: parts.version,
    pid: process.pid,
    startedMs: parts.startedMs,
    nowMs: parts.now(),
    data: parts.paths.root,
    listen: parts.listen(),
    certificate: parts.certificate(),
    windowSeconds: parts.config.meter.windowSeconds,
    capture: {
      state: source?.state ?? 'starting',
      reason: source?.reason ?? null,
      interfaces: (capture?.interfaces ?? []).map(({ point, ...entry }) => {
        const { subnetId, vpcId } = points.identity(point, parts.snapshot());
        return { ...entry, interfaceId: points.interfaceIdAt(point), subnetId, vpcId };
      }),
      flowCount: capture?.flowCount ?? 0,
      evictedPackets: capture?.evictedPackets ?? 0,
    },
    verdictSource: 'none',
    store: {
      lastSequence: store.lastSequence,
      failure: pipeline.failure,
      lostWindows: pipeline.lostWindows,
    },
    flowLogs: parts.delivery.status().map((entry) => ({
      flowLogId: entry.flowLogId,
      resourceId: entry.resourceId,
      trafficType: entry.trafficType,
      logDestination: entry.logDestination,
      deliverLogsStatus: entry.deliverLogsStatus,
      cause: entry.cause,
      backlogWindows: entry.backlogWindows,
      delaySeconds: entry.delaySeconds,
      files: entry.files,
      records: entry.records,
    })),
  };
}

/** One line about what is not well, or null. A host without capture is well: it was told so. */
export function daemonHealth(parts: StatusParts): string | null {
  return parts.pipeline.failure;
}

/** Gauges that are read when somebody asks for metrics. */
export function registerGauges(metrics: Metrics, parts: StatusParts): void {
  const packets = metrics.gauge('weir_capture_packets', 'Packets captured since the start');
  const drops = metrics.gauge('weir_capture_drops', 'Packets the kernel dropped since the start');
  const flows = metrics.gauge('weir_live_flows', 'Flows in the open window');
  const evicted = metrics.gauge('weir_evicted_packets', 'Packets shed since the start');
  const capturing = metrics.gauge('weir_capturing', '1 while packets are captured');
  const backlog = metrics.gauge('weir_delivery_backlog_windows', 'Windows not yet delivered');
  const delay = metrics.gauge('weir_delivery_delay_seconds', 'Age of the oldest of them');
  const memory = metrics.gauge('weir_resident_memory_bytes', 'Memory of the process');
  let labelled: { readonly interface: string; readonly netns: string }[] = [];
  let flowLogs: string[] = [];

  metrics.onCollect(() => {
    // What is gone since the last time shall not stand still for ever.
    for (const labels of labelled) {
      packets.remove(labels);
      drops.remove(labels);
    }
    for (const id of flowLogs) {
      backlog.remove({ flow_log: id });
      delay.remove({ flow_log: id });
    }
    const source = parts.source();
    const interfaces = source?.status.interfaces ?? [];
    labelled = interfaces.map((entry) => ({ interface: entry.name, netns: entry.netns ?? '' }));
    for (const [index, entry] of interfaces.entries()) {
      packets.set(entry.packets, labelled[index]);
      drops.set(entry.drops, labelled[index]);
    }
    flows.set(source?.status.flowCount ?? 0);
    evicted.set(source?.status.evictedPackets ?? 0);
    capturing.set(source?.state === 'capturing' ? 1 : 0);
    memory.set(process.memoryUsage.rss());
    const statuses = parts.delivery.status();
    flowLogs = statuses.map((entry) => entry.flowLogId);
    for (const entry of statuses) {
      backlog.set(entry.backlogWindows, { flow_log: entry.flowLogId });
      delay.set(entry.delaySeconds, { flow_log: entry.flowLogId });
    }
  });
}
