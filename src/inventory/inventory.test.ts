import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import type { NetworkState } from '../kernel/index.ts';
import type { OperationError } from '../observe/operation-error.ts';
import type { Snapshot } from '../spine/topology.ts';
import { createInventory, type Inventory, type InventoryConfig } from './inventory.ts';

const MAC = '02:00:00:00:00:01';

/** A namespace with devices of these names, numbered from 1, each with an address and a MAC. */
function networkOf(...names: string[]): NetworkState {
  return {
    links: names.map((name, index) => ({
      ifindex: index + 1,
      name,
      mac: `02:00:00:00:00:0${index + 1}`,
      up: true,
      running: true,
      loopback: false,
      pointToPoint: false,
      mtuBytes: 1500,
      hardwareType: 1,
      kind: null,
      peerIfindex: null,
      peerNetnsId: null,
      masterIfindex: null,
      operationalState: 'up',
    })),
    addresses: names.map((_, index) => ({
      ifindex: index + 1,
      family: 4,
      address: `192.168.${index + 1}.5`,
      prefixLengthBits: 24,
      scope: 'global',
      secondary: false,
      deprecated: false,
      tentative: false,
    })),
    routes: [],
  };
}

function fileOf(eni: string): string {
  return [
    'vpcs: [{id: vpc-1, cidrs: [10.0.0.0/16]}]',
    'subnets: [{id: subnet-1, vpc: vpc-1, cidrs: [10.0.0.0/24]}]',
    `enis: [${eni}]`,
  ].join('\n');
}

interface Trial {
  readonly inventory: Inventory;
  readonly file: string;
  readonly errors: OperationError[];
  state: NetworkState;
  /** The next snapshot; fails after two seconds. */
  readonly next: () => Promise<Snapshot>;
}

function trial(t: TestContext, text: string, more: Partial<InventoryConfig> = {}): Trial {
  const folder = mkdtempSync(path.join(tmpdir(), 'weir-inventory-'));
  const file = path.join(folder, 'network.yaml');
  writeFileSync(file, text);
  const errors: OperationError[] = [];
  const config: InventoryConfig = {
    accountId: '000000000000',
    region: 'us-east-1',
    host: true,
    interfaces: [],
    file,
    awsIpRanges: null,
    debounceMs: 20,
    pollIntervalMs: 60_000,
    ...more,
  };
  const made: Trial = {
    file,
    errors,
    state: networkOf('eth0', 'eth1'),
    inventory: createInventory(config, {
      machineId: 'machine',
      readNetworks: () => [{ netns: null, state: made.state }],
      onError: (error) => errors.push(error),
    }),
    next: async () =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('No snapshot came')), 2000);
        const off = made.inventory.onChange((snapshot) => {
          clearTimeout(timer);
          off();
          resolve(snapshot);
        });
      }),
  };
  t.after(() => {
    made.inventory.stop();
    rmSync(folder, { recursive: true });
  });
  return made;
}

/** `device=interface` of each ENI, derived ids shortened. */
function bindings(snapshot: Snapshot): string[] {
  return [...snapshot.enis.values()]
    .map(
      (eni) => `${eni.device?.name ?? '-'}=${eni.interfaceId.replace(/-[0-9a-f]{17}$/, '-hash')}`,
    )
    .toSorted();
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 100 && !condition(); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(condition());
}

describe('createInventory()', () => {
  it('is empty before it starts', (t) => {
    assert.equal(trial(t, '').inventory.snapshot().version, 0);
  });

  it('binds declared interfaces by name and by MAC and derives the others', async (t) => {
    const byName = trial(t, fileOf('{id: eni-1, subnet: subnet-1, interface: eth1}'));
    const byMac = trial(
      t,
      fileOf(`{id: eni-1, subnet: subnet-1, mac: '${MAC}', ipv4: [10.0.0.9]}`),
    );

    await byName.inventory.start();
    await byMac.inventory.start();

    const named = byName.inventory.snapshot();
    assert.deepEqual(bindings(named), ['eth0=eni-hash', 'eth1=eni-1']);
    const taken = [named.enis.get('eni-1')?.mac, named.enis.get('eni-1')?.ipv4];
    assert.deepEqual(taken, ['02:00:00:00:00:02', ['192.168.2.5']]);
    assert.equal(named.vpcs.size, 2);
    const bound = byMac.inventory.snapshot().enis.get('eni-1');
    assert.deepEqual([bound?.device?.name, bound?.ipv4], ['eth0', ['10.0.0.9']]);
  });

  it('keeps what a host-side interface says of itself', async (t) => {
    const eni = '{id: eni-1, subnet: subnet-1, interface: eth0, host-side: true, ipv4: [10.0.0.7]}';
    const { inventory } = trial(t, fileOf(eni));

    await inventory.start();

    const bound = inventory.snapshot().enis.get('eni-1');
    assert.deepEqual(
      [bound?.mac, bound?.ipv4, bound?.device?.hostSide],
      [null, ['10.0.0.7'], true],
    );
  });

  it('has nothing derived when every device is declared, or the host is left out', async (t) => {
    const all = fileOf(
      '{id: eni-1, subnet: subnet-1, interface: eth0}, ' +
        '{id: eni-2, subnet: subnet-1, interface: eth1}',
    );
    const declared = trial(t, all);
    const replay = trial(t, all, { host: false });

    await declared.inventory.start();
    await replay.inventory.start();

    assert.deepEqual([...declared.inventory.snapshot().vpcs.keys()], ['vpc-1']);
    assert.deepEqual(bindings(replay.inventory.snapshot()), ['eth0=eni-1', 'eth1=eni-2']);
  });

  it('reads the file again when it is written and when it is replaced', async (t) => {
    const { inventory, file, next } = trial(t, fileOf('{id: eni-1, subnet: subnet-1}'));
    await inventory.start();

    const written = next();
    writeFileSync(file, fileOf('{id: eni-2, subnet: subnet-1}'));
    const second = await written;
    const replaced = next();
    writeFileSync(`${file}.new`, fileOf('{id: eni-3, subnet: subnet-1}'));
    renameSync(`${file}.new`, file);
    const third = await replaced;

    assert.deepEqual([second.version, second.enis.has('eni-2')], [2, true]);
    assert.deepEqual([third.version, third.enis.has('eni-3')], [3, true]);
  });

  it('reads by looking from time to time where nothing is told', async (t) => {
    const options = { pollIntervalMs: 20, debounceMs: 60_000 };
    const { inventory, file, next } = trial(t, fileOf('{id: eni-1, subnet: subnet-1}'), options);
    await inventory.start();

    const polled = next();
    writeFileSync(file, fileOf('{id: eni-22, subnet: subnet-1}'));

    assert.ok((await polled).enis.has('eni-22'));
  });

  it('keeps the last good snapshot over broken edits and a lost file, telling once', async (t) => {
    const { inventory, file, next, errors } = trial(t, fileOf('{id: eni-1, subnet: subnet-1}'), {
      pollIntervalMs: 20,
    });
    await inventory.start();
    const good = inventory.snapshot();

    writeFileSync(file, fileOf('{id: eni-1, subnet: subnet-9}'));
    await eventually(() => errors.length === 1);
    rmSync(file);
    await eventually(() => errors.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 100));

    assert.equal(inventory.snapshot(), good);
    assert.match(errors[0]?.message ?? '', /line 3: enis\[0\].subnet "subnet-9" is no subnet/);
    assert.match(errors[1]?.message ?? '', /^Cannot read inventory ".*": \S/);
    assert.equal(errors.length, 2);
    const mended = next();
    writeFileSync(file, fileOf('{id: eni-5, subnet: subnet-1}'));
    assert.ok((await mended).enis.has('eni-5'));
  });

  it('does not start on a file that is missing or wrong', async (t) => {
    const missing = trial(t, '', { file: '/nowhere/network.yaml' });
    const wrong = trial(t, 'vpc: []\n');

    await assert.rejects(
      missing.inventory.start(),
      /^OperationError: Cannot read inventory ".*network.yaml": \S/,
    );
    await assert.rejects(wrong.inventory.start(), /line 1: vpc is no key of an inventory file/);
    assert.equal(wrong.inventory.snapshot().version, 0);
  });

  it('follows the host, with a new version only when something has changed', async (t) => {
    const made = trial(t, fileOf('{id: eni-1, subnet: subnet-1, interface: eth2}'));
    await made.inventory.start();
    let told = 0;
    made.inventory.onChange(() => told++);

    made.inventory.refreshHost();
    const before = told;
    made.state = networkOf('eth0', 'eth1', 'eth2');
    made.inventory.refreshHost();

    assert.deepEqual([before, told, made.inventory.snapshot().version], [0, 1, 2]);
    const now = bindings(made.inventory.snapshot());
    assert.deepEqual(now, ['eth0=eni-hash', 'eth1=eni-hash', 'eth2=eni-1']);
  });

  it("reads AWS's ranges", async (t) => {
    const { inventory, file } = trial(
      t,
      '{"prefixes": [{"ip_prefix": "3.0.0.0/8", "service": "EC2"}]}',
    );
    const options = { accountId: '000000000000', region: 'us-east-1', host: false, interfaces: [] };
    const other = createInventory(
      { ...options, file: null, awsIpRanges: file },
      { machineId: '', readNetworks: () => [], onError: () => undefined },
    );
    t.after(() => other.stop());

    await other.start();

    assert.deepEqual(other.awsServices()?.names, ['EC2']);
    assert.equal(inventory.awsServices(), null);
  });
});
