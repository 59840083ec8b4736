import { bareIdentity } from '../records/identity-values.ts';
import { POINTS_MAX } from '../spine/flow.ts';
import type { InterfaceIdentity } from '../spine/record.ts';
import type { Snapshot } from '../spine/topology.ts';
import { identityOf } from './identity.ts';

/** The point of packets on an interface that nobody knows. */
export const UNKNOWN_POINT = 0;

/** What is told of an interface that no snapshot has ever had. */
export interface IdentityDefaults {
  readonly accountId: string;
  readonly region: string;
}

interface Known {
  readonly snapshot: Snapshot;
  readonly identity: InterfaceIdentity;
}

/**
 * Observation point numbers of interfaces. A number is never given to another interface, since
 * flows that carry it may still be on their way; the registry lives as long as the process.
 * Bounds: POINTS_MAX numbers; interfaces beyond share the unknown point.
 */
export class PointRegistry {
  readonly #defaults: IdentityDefaults;
  readonly #points = new Map<string, number>();
  readonly #interfaceIds: (string | null)[] = [null];
  /** Last known identities: an interface that is gone keeps its own for its last records. */
  readonly #known: (Known | undefined)[] = [];

  constructor(defaults: IdentityDefaults) {
    this.#defaults = defaults;
  }

  /** How many points there are, the unknown one included. */
  get size(): number {
    return this.#interfaceIds.length;
  }

  /** The interface's point; a new one when it has none, UNKNOWN_POINT when all are given. */
  pointFor(interfaceId: string): number {
    const known = this.#points.get(interfaceId);
    if (known !== undefined) return known;
    const point = this.#interfaceIds.length;
    if (point >= POINTS_MAX) return UNKNOWN_POINT;
    this.#points.set(interfaceId, point);
    this.#interfaceIds.push(interfaceId);
    return point;
  }

  /** The interface at a point, or null for the unknown one. */
  interfaceIdAt(point: number): string | null {
    return this.#interfaceIds[point] ?? null;
  }

  /** What all records of a point share, as the snapshot or, failing that, an earlier one has it. */
  identity(point: number, snapshot: Snapshot): InterfaceIdentity {
    const known = this.#known[point];
    if (known?.snapshot === snapshot) return known.identity;
    const interfaceId = this.interfaceIdAt(point);
    const eni = interfaceId === null ? undefined : snapshot.enis.get(interfaceId);
    if (eni === undefined) {
      const { accountId, region } = this.#defaults;
      return known?.identity ?? bareIdentity(accountId, region, interfaceId, null);
    }
    const identity = identityOf(eni, snapshot);
    this.#known[point] = { snapshot, identity };
    return identity;
  }
}
