// ECS clusters of an inventory file, and the ten identities of the task that owns an interface.
// Names and ids follow from ARNs, and ARNs from names, by the forms of the Amazon ECS Developer
// Guide ("Amazon Resource Names (ARNs) and IDs"); what the file does not tell is null.
import { partitionOf } from '../aws/arn.ts';
import type { EcsCluster, EcsIdentity } from '../spine/topology.ts';
import { accountOf, type Reading } from './file-reading.ts';
import type { EcsClusterEntry, EcsEntry } from './file-schema.ts';
import type { FilePath } from './inventory-faults.ts';

type EcsResource = 'cluster' | 'task' | 'service' | 'container-instance' | 'task-definition';

/** An ARN of ECS, e.g. `arn:aws:ecs:us-east-1:123456789012:task/shop/0a1b...`. */
interface EcsArn {
  readonly text: string;
  readonly region: string;
  readonly accountId: string;
  /** What follows the kind of resource, split at slashes. */
  readonly names: readonly string[];
}

export function addEcsCluster(reading: Reading, index: number, entry: EcsClusterEntry): void {
  const { draft, defaults, faults } = reading;
  const path = ['ecs-clusters', index];
  const arn =
    entry.arn === undefined ? null : readArn(reading, [...path, 'arn'], entry.arn, 'cluster');
  const told = arn === null ? defaults : { accountId: arn.accountId, region: arn.region };
  const clusterName = entry.name ?? arn?.names[0] ?? '';
  const accountId = accountOf(reading, path, entry.account, told.accountId);
  const region = entry.region ?? told.region;
  if (entry.name === undefined && entry.arn === undefined) {
    faults.add([...path, 'name'], 'is missing');
  } else if (entry.name !== undefined && !/^[0-9A-Za-z_-]{1,255}$/.test(entry.name)) {
    faults.add(
      [...path, 'name'],
      `"${entry.name}" is no name of a cluster; use letters, digits, hyphens and underscores`,
    );
  }
  const isAtOdds =
    arn !== null &&
    (arn.names[0] !== clusterName || arn.accountId !== accountId || arn.region !== region);
  if (isAtOdds) {
    faults.add([...path, 'arn'], `"${arn.text}" says something else than name, account and region`);
  }
  const clusterArn =
    arn?.text ?? `arn:${partitionOf(region)}:ecs:${region}:${accountId}:cluster/${clusterName}`;
  if (draft.ecsClusters.has(clusterArn)) faults.add(path, `"${clusterArn}" occurs twice`);
  draft.ecsClusters.set(clusterArn, { clusterArn, clusterName, accountId, region });
}

/** The identities of an interface's task. */
export function ecsOf(
  reading: Reading,
  path: FilePath,
  entry: EcsEntry | undefined,
  place: { readonly accountId: string; readonly region: string },
): EcsIdentity | null {
  if (entry === undefined) return null;
  const cluster = clusterOf(reading, [...path, 'cluster'], entry.cluster, place);
  if (cluster === null) return null;
  const within = { reading, path, cluster };
  const task = taskOf(within, entry);
  const instanceArn = entry['container-instance-arn'];
  const instance = arnOf(within, 'container-instance-arn', instanceArn, 'container-instance');
  const definition = entry['task-definition-arn'];
  return {
    clusterArn: cluster.clusterArn,
    clusterName: cluster.clusterName,
    containerInstanceArn: instance?.text ?? null,
    containerInstanceId: instance?.names.at(-1) ?? null,
    containerId: entry['container-id'] ?? null,
    secondContainerId: entry['second-container-id'] ?? null,
    serviceName: serviceOf(within, entry.service),
    taskDefinitionArn:
      arnOf(within, 'task-definition-arn', definition, 'task-definition')?.text ?? null,
    taskArn: task?.arn ?? null,
    taskId: task?.id ?? null,
  };
}

/** An `ecs` entry in the course of being read. */
interface EcsReading {
  readonly reading: Reading;
  readonly path: FilePath;
  readonly cluster: EcsCluster;
}

/** The cluster by its ARN, or by its name where the interface is, or else anywhere. */
function clusterOf(
  reading: Reading,
  path: FilePath,
  wanted: string,
  place: { readonly accountId: string; readonly region: string },
): EcsCluster | null {
  const clusters = [...reading.draft.ecsClusters.values()];
  const named = clusters.filter(({ clusterArn, clusterName }) => {
    return wanted === clusterArn || wanted === clusterName;
  });
  const near = named.filter(({ accountId, region }) => {
    return accountId === place.accountId && region === place.region;
  });
  const [found, ...more] = near.length > 0 ? near : named;
  if (found === undefined) {
    reading.faults.add(path, `"${wanted}" is no ECS cluster of this file`);
  } else if (more.length > 0) {
    reading.faults.add(path, `"${wanted}" is the name of several ECS clusters; write its ARN`);
  }
  return found ?? null;
}

function taskOf(within: EcsReading, entry: EcsEntry): { arn: string; id: string } | null {
  const { reading, path, cluster } = within;
  const id = entry['task-id'];
  const arn = arnOf(within, 'task-arn', entry['task-arn'], 'task');
  if (arn !== null) {
    const idOfArn = arn.names.at(-1) ?? '';
    if (id !== undefined && id !== idOfArn) {
      reading.faults.add([...path, 'task-id'], `"${id}" is not the id in task-arn; leave it out`);
    }
    return { arn: arn.text, id: idOfArn };
  }
  if (id === undefined || entry['task-arn'] !== undefined) return null;
  if (!/^[0-9A-Za-z-]{1,64}$/.test(id)) {
    const form = 'write 32 hexadecimal digits, or task-arn';
    reading.faults.add([...path, 'task-id'], `"${id}" is no id of a task; ${form}`);
  }
  const arnOfId = cluster.clusterArn.replace(/:cluster\/.*$/, `:task/${cluster.clusterName}/${id}`);
  return { arn: arnOfId, id };
}

function serviceOf(within: EcsReading, service: string | undefined): string | null {
  if (!service?.startsWith('arn:')) return service ?? null;
  return arnOf(within, 'service', service, 'service')?.names.at(-1) ?? null;
}

/** An ARN of the cluster's account and region; if it names a cluster, of that one. */
function arnOf(
  { reading, path, cluster }: EcsReading,
  key: keyof EcsEntry,
  text: string | undefined,
  resource: EcsResource,
): EcsArn | null {
  if (text === undefined) return null;
  const arn = readArn(reading, [...path, key], text, resource);
  if (arn === null) return null;
  // ARNs of before 2019 do not name the cluster.
  const clusterName = arn.names.length > 1 ? arn.names[0] : cluster.clusterName;
  const { accountId, region } = arn;
  const isOfCluster = accountId === cluster.accountId && region === cluster.region;
  if (!isOfCluster || clusterName !== cluster.clusterName) {
    reading.faults.add([...path, key], `"${text}" is not of cluster "${cluster.clusterArn}"`);
  }
  return arn;
}

function readArn(
  reading: Reading,
  path: FilePath,
  text: string,
  resource: EcsResource,
): EcsArn | null {
  const match = /^arn:aws[a-z-]*:ecs:([a-z0-9-]+):(\d{12}):([a-z-]+)\/(\S+)$/.exec(text);
  const [, region = '', accountId = '', kind, rest = ''] = match ?? [];
  const names = rest.split('/');
  const namesMax = resource === 'cluster' || resource === 'task-definition' ? 1 : 2;
  const isRevision = resource !== 'task-definition' || /:\d+$/.test(rest);
  if (kind === resource && !names.includes('') && names.length <= namesMax && isRevision) {
    return { text, region, accountId, names };
  }
  const form = `arn:aws:ecs:REGION:ACCOUNT:${resource}/${FORMS[resource]}`;
  reading.faults.add(path, `"${text}" is no ARN of this kind; write it as ${form}`);
  return null;
}

const FORMS: Readonly<Record<EcsResource, string>> = {
  cluster: 'NAME',
  task: 'CLUSTER/ID',
  service: 'CLUSTER/NAME',
  'container-instance': 'CLUSTER/ID',
  'task-definition': 'FAMILY:REVISION',
};
