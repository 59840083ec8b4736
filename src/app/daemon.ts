// The running daemon: every part built, wired and, in the opposite order, stopped. See
// ARCHITECTURE.md for the drawing; this file is the only place that knows all of it.
import { createBearerKey, createControl, type ControlDeps } from '../api/control/index.ts';
import { openFlowLogRegistry } from '../api/flow-logs/index.ts';
import { createDataFolder, type Config, type DataPaths } from '../config/index.ts';
import type { Delivery } from '../deliver/index.ts';
import { createEnricher, PointRegistry, type Enricher } from '../enrich/index.ts';
import type { Inventory } from '../inventory/index.ts';
import { lockFile } from '../kernel/index.ts';
import { createMetrics, type Logger, type Metrics } from '../observe/index.ts';
import type { FlowBatch } from '../spine/flow.ts';
import type { RecordBatch } from '../spine/record.ts';
import { openAwsEndpoint } from './aws-endpoint.ts';
import { createFirstFlowLog } from './first-flow-log.ts';
import { startHostInventory } from './host-inventory.ts';
import { openHttpPort, type HttpPort } from './http-port.ts';
import { startLiveSource, type LiveSource } from './live-source.ts';
import { createRecordPipeline, type StoredWindow } from './record-pipeline.ts';
import { daemonHealth, daemonStatus, registerGauges, type StatusParts } from './status-source.ts';
import { openStorage } from './storage.ts';
import { createTailSource } from './tail-source.ts';
import { answerTop } from './top-source.ts';

export interface DaemonOptions {
  readonly config: Config;
  readonly version: string;
  /** Bucket of --log-to, or null. */
  readonly logTo: string | null;
  readonly log: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly onWindow: (window: StoredWindow) => void;
}

export interface Daemon {
  readonly paths: DataPaths;
  readonly port: Pick<HttpPort, 'listen' | 'url'>;
  readonly source: LiveSource;
  readonly delivery: Delivery;
  /** Closes the open windows, stores them, delivers what is due, within the time. */
  stop(deadlineMs: number): Promise<void>;
}

/** Steps that end what was begun, done in the opposite order; each is told the time left. */
class Endings {
  readonly #steps: ((leftMs: number) => void | Promise<void>)[] = [];

  push(step: (leftMs: number) => void | Promise<void>): void {
    this.#steps.push(step);
  }

  async run(deadlineMs: number): Promise<void> {
    const endMs = performance.now() + deadlineMs;
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      await step(Math.max(0, endMs - performance.now()));
    }
  }
}

const CLEAR_UP_MS = 1000;

/**
 * Starts everything.
 *
 * @throws OperationError with everything begun ended again: the folder is in use, the port is
 *   taken, a file is damaged, an interface does not exist
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const endings = new Endings();
  try {
    return await build(options, endings);
  } catch (fault) {
    await endings.run(CLEAR_UP_MS);
    throw fault;
  }
}

async function build(options: DaemonOptions, endings: Endings): Promise<Daemon> {
  const { config, log, now } = options;
  const metrics = createMetrics();
  const paths = createDataFolder(config.data);
  const lock = lockFile(paths.lock);
  endings.push(() => lock.release());
  const host = await startHostInventory(config, log);
  endings.push(() => host.stop());
  const { inventory } = host;
  const registry = await openFlowLogRegistry(paths.flowLogs);
  const storage = await openStorage({ ...options, paths, registry, metrics });
  const { store, reader, delivery } = storage;
  endings.push(() => storage.close());

  const points = new PointRegistry(config);
  const enrichment = createEnrichment(points, inventory, metrics);
  const pipeline = createRecordPipeline({
    enrich: enrichment.enrich,
    append: (batch) => store.append(batch),
    onStored: options.onWindow,
    log,
    metrics,
  });
  const state: MutableParts = { port: null, source: null };
  const { version } = options;
  const fixed = {
    version,
    startedMs: now(),
    config,
    paths,
    points,
    pipeline,
    store,
    delivery,
    snapshot: () => inventory.snapshot(),
    now,
  };
  const parts: StatusParts = { ...fixed, ...lateParts(state, config) };
  registerGauges(metrics, parts);
  const key = createBearerKey();
  const onBug = (fault: unknown): void => reportBug(log, fault);
  const { snapshot } = parts;
  const common = { config, paths, registry, snapshot, storage, log, metrics, now, onBug };
  const aws = await openAwsEndpoint(common);
  const { flowLogs, keys } = aws;
  const tail = createTailSource(reader, store);
  const answers = answersOf(parts, metrics);
  const { openMetrics } = config;
  const control = createControl({ key, ...answers, openMetrics, tail, flowLogs, keys, onBug });
  // Before anything is captured: a port that is taken shall cost nothing.
  const port = await openHttpPort({ ...common, handlers: [control, aws.handler] });
  endings.push(() => port.close());
  state.port = port;
  await aws.ensureFirstKey();

  if (options.logTo !== null) {
    await createFirstFlowLog(options.logTo, registry, flowLogs, snapshot());
  }
  delivery.start();
  endings.push((leftMs) => delivery.stop(leftMs * 0.8));
  endings.push((leftMs) => pipeline.stop(leftMs * 0.6));
  const onBatch = (batch: FlowBatch): void => pipeline.push(batch);
  const deps = { inventory, points, enricher: enrichment, onBatch, log, metrics };
  const source = await startLiveSource(config, deps);
  state.source = source;
  endings.push((leftMs) => source.stop(leftMs * 0.4));
  port.announce(key);
  endings.push(() => port.conceal());
  return { paths, port, source, delivery, stop: (ms) => endings.run(ms) };
}

/** What is known only once later parts have begun. */
interface MutableParts {
  port: HttpPort | null;
  source: LiveSource | null;
}

function lateParts(
  state: MutableParts,
  config: Config,
): Pick<StatusParts, 'listen' | 'certificate' | 'source'> {
  return {
    listen: () => state.port?.listen ?? config.listen,
    certificate: () => state.port?.certificate() ?? null,
    source: () => state.source,
  };
}

function answersOf(
  parts: StatusParts,
  metrics: Metrics,
): Pick<ControlDeps, 'health' | 'metricsText' | 'status' | 'top'> {
  return {
    health: () => daemonHealth(parts),
    metricsText: () => metrics.text(),
    status: async () => daemonStatus(parts),
    top: (limit, filter) => answerTop(parts, limit, filter),
  };
}

/** Enriches with the snapshot of the moment, and counts what is not recorded or was lost. */
function createEnrichment(
  registry: PointRegistry,
  inventory: Inventory,
  metrics: Metrics,
): Pick<Enricher, 'know'> & { readonly enrich: (batch: FlowBatch) => RecordBatch } {
  const awsServices = (): ReturnType<Inventory['awsServices']> => inventory.awsServices();
  const enricher = createEnricher({ registry, awsServices });
  const excluded = metrics.counter(
    'weir_excluded_packets_total',
    'Packets not recorded, by reason',
  );
  const dropped = metrics.counter('weir_dropped_packets_total', 'Packets the kernel dropped');
  const evicted = metrics.counter('weir_evicted_packets_total', 'Packets shed, cache full');
  const broken = metrics.counter('weir_unparsable_frames_total', 'Frames that are no valid IP');
  const enrich = (batch: FlowBatch): RecordBatch => {
    const enriched = enricher.enrich(batch, inventory.snapshot());
    for (const counts of [batch.excludedFrames, enriched.excludedPackets]) {
      for (const [reason, count] of Object.entries(counts)) excluded.add(count, { reason });
    }
    for (const point of batch.points) {
      dropped.add(point.packetsDropped);
      evicted.add(point.packetsEvicted);
      broken.add(point.framesUnparsable);
    }
    return enriched.batch;
  };
  return { know: (point, snapshot) => enricher.know(point, snapshot), enrich };
}

function reportBug(log: Logger, fault: unknown): void {
  const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  log.error('http.bug', `A request failed in a way that was not foreseen: ${text}`);
}
