// Messages between the main thread and the capture worker. Main owns names and identities (which
// device is which ENI), the worker owns sockets and the flow cache; a device becomes captured
// only when main has answered its appearance with `assign`.
//
//   worker                                 main
//     | -- device appeared (netns, name) -->| inventory: which ENI? registry: which point?
//     |<-- assign (netns, ifindex, point) --|
//     | -- batch (FlowBatch) -------------->| enrich, store
//     | -- status, once a second ---------->| /metrics, doctor, top's header
//     |<-- top (id) ------------------------|
//     | -- top (id, entries) -------------->| names for points, rows for `weir top`
//     |<-- stop ----------------------------|
//     | -- batch ... , stopped ------------>| open windows, closed early
import type { FlowBatch } from '../spine/flow.ts';

/** Capture settings of the configuration, as the worker gets them in `workerData`. */
export interface CaptureWorkerData {
  readonly capture: {
    /** Names to capture; null means every interface that is not excluded. */
    readonly interfaces: readonly string[] | null;
    /** Other network namespaces (name or path) beside the daemon's own. */
    readonly netns: readonly string[];
    readonly exclude: readonly string[];
    /** Ring of one interface, bytes. */
    readonly ringBytes: number;
    /** All rings together, but for a mebibyte that each interface gets at least. */
    readonly ringsTotalBytes: number;
    readonly blockTimeoutMs: number;
    /** Bytes kept of each frame. */
    readonly snapshotLength: number;
  };
  readonly meter: {
    readonly windowSeconds: number;
    readonly latenessMs: number;
    readonly maxFlows: number;
  };
}

/** A network device of the host or of an observed namespace. */
export interface CaptureDevice {
  /** Network namespace as given in the configuration, or null for the daemon's own. */
  readonly netns: string | null;
  readonly ifindex: number;
  readonly name: string;
  /** ARPHRD_ number: 1 Ethernet, 772 loopback, 65534 none (tunnels). */
  readonly linkType: number;
}

export type ToCaptureWorker =
  | {
      readonly kind: 'assign';
      readonly netns: string | null;
      readonly ifindex: number;
      readonly name: string;
      /** Observation point (spine/flow.ts) that the device's flows carry. */
      readonly point: number;
      /** The device is the host's end of a veth pair: "outgoing" is then ingress. */
      readonly hostSide: boolean;
    }
  | { readonly kind: 'top'; readonly id: number; readonly limit: number }
  /** Close the open windows, send their batches, then `stopped`. */
  | { readonly kind: 'stop' };

/** What one captured interface has seen since its capture began. */
export interface InterfaceStatus {
  readonly netns: string | null;
  readonly name: string;
  readonly ifindex: number;
  readonly point: number;
  /** Packets handed to us by the kernel. */
  readonly packets: number;
  /** Packets the kernel dropped because the ring was full. */
  readonly drops: number;
}

export interface CaptureStatus {
  readonly interfaces: readonly InterfaceStatus[];
  /** Live flows in the cache. */
  readonly flowCount: number;
  /** Packets shed since the start because the cache was full. */
  readonly evictedPackets: number;
}

export type FromCaptureWorker =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'device';
      readonly device: CaptureDevice;
      readonly state: 'appeared' | 'disappeared';
    }
  | { readonly kind: 'batch'; readonly batch: FlowBatch }
  | {
      readonly kind: 'top';
      readonly id: number;
      /** The largest live flows of the open window by bytes, FLOW_BYTES each (spine/flow.ts). */
      readonly entries: ArrayBuffer;
      readonly count: number;
      /** Unix seconds of the open window; 0 when there is none yet. */
      readonly windowStart: number;
      /** Totals of all live flows of the window, of which `entries` are the largest. */
      readonly flowCount: number;
      readonly packetCount: number;
      readonly octetCount: number;
    }
  | ({ readonly kind: 'status' } & CaptureStatus)
  | {
      readonly kind: 'error';
      readonly message: string;
      /** Capture has ended or could not begin. */
      readonly fatal: boolean;
      /** OperationErrorCode, e.g. `not-permitted` without CAP_NET_RAW. */
      readonly code: string;
    }
  | { readonly kind: 'stopped' };
