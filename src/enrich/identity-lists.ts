// Who occurs in the batch that is being made: its records refer to identities by number.
import { POINTS_MAX } from '../spine/flow.ts';
import type { InterfaceIdentity, PeerIdentity } from '../spine/record.ts';
import type { Snapshot } from '../spine/topology.ts';
import type { Peer } from './peers.ts';
import type { PointRegistry } from './point-registry.ts';

/** Identities of one batch, each once, in the order of their first record. */
export class InterfaceList {
  readonly #registry: PointRegistry;
  /** 1 + index of the point's identity, or 0. */
  readonly #positions = new Int32Array(POINTS_MAX);
  #points: number[] = [];
  #snapshot: Snapshot | undefined;
  identities: InterfaceIdentity[] = [];

  constructor(registry: PointRegistry) {
    this.#registry = registry;
  }

  begin(snapshot: Snapshot): void {
    for (const point of this.#points) this.#positions[point] = 0;
    this.#points = [];
    this.#snapshot = snapshot;
    this.identities = [];
  }

  /** Index of the point's identity in the batch. */
  indexOf(point: number): number {
    const position = this.#positions[point]!;
    if (position !== 0) return position - 1;
    this.#points.push(point);
    this.#positions[point] = this.identities.push(this.identityAt(point));
    return this.identities.length - 1;
  }

  identityAt(point: number): InterfaceIdentity {
    if (this.#snapshot === undefined) throw new Error('A batch has not begun');
    return this.#registry.identity(point, this.#snapshot);
  }
}

/** Peers of one batch, each once, in the order of their first record. */
export class PeerList {
  #batch = 0;
  identities: PeerIdentity[] = [];

  begin(): void {
    this.#batch++;
    this.identities = [];
  }

  /** 1 + index of the peer's identity in the batch. */
  numberOf(peer: Peer): number {
    if (peer.batch !== this.#batch) {
      peer.batch = this.#batch;
      peer.position = this.identities.push(peer.identity);
    }
    return peer.position;
  }
}
