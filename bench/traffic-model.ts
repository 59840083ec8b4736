// The three captures of the benchmark: how many packets and flows, and how packets spread over
// them. A flow is one direction of a 5-tuple; all but the scans have their answer as flow + 1.

export interface TrafficModel {
  readonly name: string;
  readonly packetCount: number;
  readonly flowCount: number;
  /** Share of the flows that are one-way probes of one packet. */
  readonly scanShare: number;
  /** Packets per conversation fall with rank to this power (Zipf); 0 is even. */
  readonly skew: number;
  readonly seed: number;
}

export const MODELS: readonly TrafficModel[] = [
  {
    name: 'mixed',
    packetCount: 5_000_000,
    flowCount: 200_000,
    scanShare: 0,
    skew: 1,
    seed: 1,
  },
  {
    name: 'elephants',
    packetCount: 5_000_000,
    flowCount: 1_000,
    scanShare: 0,
    skew: 0.6,
    seed: 2,
  },
  {
    name: 'scan',
    packetCount: 5_000_000,
    flowCount: 2_000_000,
    scanShare: 0.7,
    skew: 0.3,
    seed: 3,
  },
];

/** Length of every capture, seconds: two windows. */
export const CAPTURE_SECONDS = 120;
/** 2026-01-01T00:00:00Z. */
export const CAPTURE_START_SECONDS = 1_767_225_600;
export const SNAP_BYTES = 96;
/** Per cent of conversations over IPv6. */
export const IPV6_PERCENT = 10;

/** IP lengths of simple IMIX, 7 : 4 : 1. */
export const IMIX: readonly number[] = [40, 40, 40, 40, 40, 40, 40, 576, 576, 576, 576, 1500];
