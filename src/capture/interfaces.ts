// Which interfaces to capture, and how they come and go: links of each namespace are read again
// whenever rtnetlink gives notice, and compared with those that were reported.
import {
  netnsIdentity,
  readAddresses,
  readLinks,
  watchNetwork,
  type Link,
  type NetworkWatch,
} from '../kernel/index.ts';
import { OperationError, toOperationError } from '../observe/operation-error.ts';

const DEBOUNCE_MS = 50;
/** Deleting a namespace gives no notice; its file is looked at this often. */
const NETNS_CHECK_MS = 1000;

/** A network device that can be captured. */
export interface FollowedDevice {
  /** Namespace as given in the options, or null for the daemon's own. */
  readonly netns: string | null;
  readonly ifindex: number;
  readonly name: string;
  /** Lower-case, colons; null when it has none. */
  readonly mac: string | null;
  /** ARPHRD_ number: 1 Ethernet, 772 loopback, 65534 none. */
  readonly hardwareType: number;
  /** `veth`, `bridge`, ...; null for hardware and loopback. */
  readonly kind: string | null;
}

export interface FollowOptions {
  /** Namespaces to watch, by name or path; null is the daemon's own. */
  readonly netns: readonly (string | null)[];
  /** Names to take, with or without an address, up or down; null: see `followInterfaces`. */
  readonly names: readonly string[] | null;
  /** Left out when no names are given. */
  readonly exclude: readonly string[];
  onAppear(device: FollowedDevice): void;
  /** Its frames are still in the ring: `Ring.finish` fetches them. */
  onDisappear(device: FollowedDevice): void;
  /** A namespace could not be read, or a listener threw; it is tried again at the next change. */
  onFault(fault: OperationError): void;
}

export interface InterfaceFollower {
  /** What is captured now. */
  devices(): FollowedDevice[];
  /** Ends all watching; no `onDisappear` follows. */
  close(): void;
}

/**
 * Reports the interfaces to capture, those that exist before it returns and later ones as they
 * come. Without names, an interface is taken when it is up and has an address beyond link-local,
 * and kept while it is up: a lease that is renewed must not interrupt the capture. A change of
 * name or MAC address is a disappearance and an appearance.
 *
 * @throws OperationError `not-found` for a name or namespace that does not exist at the start,
 *   `not-permitted` when a namespace cannot be entered; whatever `onAppear` throws at the start
 */
export function followInterfaces(options: FollowOptions): InterfaceFollower {
  const spaces = options.netns.map((netns) => new FollowedNamespace(netns, options));
  const close = (): void => {
    clearInterval(timer);
    for (const space of spaces) space.close();
  };
  const timer = setInterval(() => {
    for (const space of spaces) space.check();
  }, NETNS_CHECK_MS);
  try {
    for (const space of spaces) space.begin();
    requireNames(options);
    for (const space of spaces) space.scan();
  } catch (cause) {
    close();
    throw cause;
  }
  return { devices: () => spaces.flatMap((space) => space.devices()), close };
}

function requireNames({ names, netns }: FollowOptions): void {
  const available = [...new Set(netns.flatMap((space) => readLinks(space).map(nameOf)))];
  const missing = names?.find((name) => !available.includes(name));
  if (missing === undefined) return;
  throw new OperationError(
    'not-found',
    `Cannot capture on "${missing}": no such interface; available: ${available.join(', ')}`,
  );
}

function nameOf(link: Link): string {
  return link.name;
}

/** One namespace: its watch, and the devices of it that were reported. */
class FollowedNamespace {
  readonly #netns: string | null;
  readonly #options: FollowOptions;
  readonly #taken = new Map<string, FollowedDevice>();
  #identity: string | null = null;
  #watch: NetworkWatch | null = null;

  constructor(netns: string | null, options: FollowOptions) {
    this.#netns = netns;
    this.#options = options;
  }

  devices(): FollowedDevice[] {
    return [...this.#taken.values()];
  }

  /** Watches first and scans afterwards, so that nothing falls between. */
  begin(): void {
    this.#identity = netnsIdentity(this.#netns);
    this.#watch = watchNetwork(this.#netns, () => this.#attempt(() => this.scan()), DEBOUNCE_MS);
  }

  /** Lets go of a namespace that was deleted, and takes up one that is there again. */
  check(): void {
    if (this.#netns === null || netnsIdentity(this.#netns) === this.#identity) return;
    this.close();
    this.#attempt(() => {
      this.#report(new Map());
      // Its name may be gone again by the time it is opened: then the next check is right.
      if (netnsIdentity(this.#netns) === null) return;
      this.begin();
      this.scan();
    });
  }

  scan(): void {
    const wanted = new Map<string, FollowedDevice>();
    for (const link of this.#selectLinks()) wanted.set(keyOf(link), this.#deviceOf(link));
    this.#report(wanted);
  }

  close(): void {
    // An open socket keeps the namespace alive that somebody wants to be rid of.
    this.#watch?.close();
    this.#watch = null;
    this.#identity = null;
  }

  #selectLinks(): Link[] {
    const links = readLinks(this.#netns);
    const { names, exclude } = this.#options;
    if (names !== null) return links.filter((link) => names.includes(link.name));
    const addressed = new Set(
      readAddresses(this.#netns)
        .filter((address) => address.scope === 'global' || address.scope === 'site')
        .map((address) => address.ifindex),
    );
    return links.filter((link) => {
      const known = this.#taken.has(keyOf(link)) || addressed.has(link.ifindex);
      return link.up && known && !exclude.includes(link.name);
    });
  }

  #deviceOf({ ifindex, name, mac, hardwareType, kind }: Link): FollowedDevice {
    return { netns: this.#netns, ifindex, name, mac, hardwareType, kind };
  }

  #report(wanted: ReadonlyMap<string, FollowedDevice>): void {
    for (const [key, device] of this.#taken) {
      if (wanted.has(key)) continue;
      this.#taken.delete(key);
      this.#options.onDisappear(device);
    }
    for (const [key, device] of wanted) {
      if (this.#taken.has(key)) continue;
      this.#options.onAppear(device);
      // Only now: a device whose capture failed is offered again at the next change.
      this.#taken.set(key, device);
    }
  }

  #attempt(task: () => void): void {
    try {
      task();
    } catch (cause) {
      const fault = toOperationError(cause, 'Cannot follow the network interfaces');
      // The namespace or the interface went while it was read; the next look finds it gone.
      if (fault.code !== 'not-found') this.#options.onFault(fault);
    }
  }
}

function keyOf(link: Link): string {
  return `${link.ifindex} ${link.name} ${link.mac ?? ''}`;
}
