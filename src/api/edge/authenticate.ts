// Who calls: the signature proved, the region served, the key's policy held against what the call
// needs.
import { decide, type Policy } from '../../aws/iam-policy.ts';
import {
  SignatureFault,
  verifySignature,
  type RawRequest,
  type SigningKey,
} from '../../aws/sigv4/index.ts';
import type { WireProtocol } from '../../aws/wire/error-body.ts';
import { callerIdentity } from '../access/index.ts';
import type { Caller, Permission } from '../operation.ts';
import { permissionRefusal, regionRefusal, signatureRefusal } from './faults.ts';

/** An access key as the edge needs it. */
export interface CallerKey extends SigningKey {
  readonly userName: string;
  readonly policy: Policy;
}

/** Looked at anew for each call, so a revoked key is refused from then on. */
export interface CallerKeys {
  /** Null for a key that does not exist, or no more. */
  find(accessKeyId: string): CallerKey | null;
}

export interface AuthenticationDeps {
  readonly keys: CallerKeys;
  readonly accountId: string;
  /** Regions whose resources are here; never empty. */
  readonly servedRegions: () => ReadonlySet<string>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** A caller whose signature stands. */
export interface Authenticated {
  readonly caller: Caller;
  readonly policy: Policy;
}

/** Services that AWS has one global endpoint of, signed for this region wherever the caller is. */
const GLOBAL_REGIONS: ReadonlyMap<string, string> = new Map([['sts', 'us-east-1']]);

/** @throws AwsError in the words of the protocol */
export function authenticate(
  raw: RawRequest,
  protocol: WireProtocol,
  deps: AuthenticationDeps,
): Authenticated {
  const { accessKeyId, region, service } = proveSignature(raw, protocol, deps);
  const key = deps.keys.find(accessKeyId);
  if (key === null) throw new Error('The key of a proved signature is gone');
  const served = deps.servedRegions();
  if (!served.has(region) && GLOBAL_REGIONS.get(service) !== region) {
    throw regionRefusal(protocol, region, served);
  }
  const { accountId } = deps;
  const identity = callerIdentity(accountId, key.userName);
  return { caller: { accountId, region, accessKeyId, ...identity }, policy: key.policy };
}

function proveSignature(raw: RawRequest, protocol: WireProtocol, deps: AuthenticationDeps) {
  try {
    return verifySignature(raw, { key: (id) => deps.keys.find(id), nowMs: deps.now() });
  } catch (fault) {
    if (fault instanceof SignatureFault) throw signatureRefusal(protocol, fault);
    throw fault;
  }
}

/**
 * Holds every permission against the policy; the first that is not allowed decides the answer.
 *
 * @throws AwsError in the words of the protocol
 */
export function authorize(
  { caller, policy }: Authenticated,
  permissions: readonly Permission[],
  protocol: WireProtocol,
): void {
  for (const { action, resources } of permissions) {
    for (const resource of resources) {
      const decision = decide(policy, action, resource);
      if (decision === 'allow') continue;
      const isExplicit = decision === 'explicit-deny';
      throw permissionRefusal(protocol, { arn: caller.arn, action, resource, isExplicit });
    }
  }
}
