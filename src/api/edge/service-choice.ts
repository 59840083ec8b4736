// Which service a request is for: the credential scope says it; without one, the request's form.
import type { WireProtocol } from '../../aws/wire/error-body.ts';
import type { Service } from '../operation.ts';

/** Protocols of services that are known by name; any other is taken by its request. */
const PROTOCOLS: ReadonlyMap<string, WireProtocol> = new Map([
  ['ec2', 'ec2'],
  ['sts', 'query'],
  ['iam', 'query'],
  ['s3', 's3'],
  ['logs', 'json'],
  ['firehose', 'json'],
  ['athena', 'json'],
]);

/** Services by the part of x-amz-target before the dot. */
const TARGETS: ReadonlyMap<string, string> = new Map([
  ['Logs_20140328', 'logs'],
  ['Firehose_20150804', 'firehose'],
  ['AmazonAthena', 'athena'],
]);

/** What of a request tells its service. */
export interface ServiceSigns {
  /** Of the credential scope; null when the request has none. */
  readonly scopedService: string | null;
  readonly path: string;
  /** The header x-amz-target. */
  readonly target: string | undefined;
  /** The form's Version. */
  readonly version: string | undefined;
}

/** One of the services, or, for any other, one without operations that speaks its protocol. */
export function chooseService(services: readonly Service[], signs: ServiceSigns): Service {
  const name = signs.scopedService ?? guessName(services, signs);
  const known = services.find((service) => service.name === name);
  if (known !== undefined) return known;
  const protocol = PROTOCOLS.get(name) ?? (signs.target === undefined ? 'query' : 'json');
  return { name, protocol, version: '', xmlNamespace: '', operations: new Map() };
}

/** True for a name that may be a metric's label: the others are whatever a client sent. */
export function isNamedService(services: readonly Service[], name: string): boolean {
  return PROTOCOLS.has(name) || services.some((service) => service.name === name);
}

function guessName(services: readonly Service[], { path, target, version }: ServiceSigns): string {
  if (target !== undefined) return TARGETS.get(target.split('.')[0] ?? '') ?? 'unknown';
  if (path !== '/') return 's3';
  return services.find((service) => service.version === version)?.name ?? 'ec2';
}
