// What an AWS operation is to the edge: a name, the shapes of its request and answer, the
// permissions a caller needs, and the work. One file per operation declares one of these; a service
// gathers them under one wire protocol.
import type { WireProtocol } from '../aws/wire/error-body.ts';
import type { Shape, StructureShape, Member, ValueOf } from '../aws/wire/shape.ts';

/** Any structure, whatever its members. */
type AnyStructure = StructureShape<Readonly<Record<string, Member<Shape>>>>;

/** Who calls, as the signature proved. */
export interface Caller {
  readonly accountId: string;
  /** Region of the credential scope; one that is served here. */
  readonly region: string;
  readonly accessKeyId: string;
  /** `arn:aws:iam::ACCOUNT:user/NAME`. */
  readonly arn: string;
  /** `AIDA...`, stable for a user. */
  readonly userId: string;
}

export interface Call {
  readonly caller: Caller;
  /** UUID, also in the answer and in the log. */
  readonly requestId: string;
}

/** One thing the caller must be allowed: an IAM action on resources (ARNs, or `*`). */
export interface Permission {
  /** `ec2:CreateFlowLogs`. */
  readonly action: string;
  readonly resources: readonly string[];
}

/** An operation as the edge sees it: requests are already of the shape `input`. */
export interface Operation {
  readonly name: string;
  readonly input: AnyStructure;
  readonly output: AnyStructure;
  /** Its answers may be of many megabytes: such calls are served one after the other. */
  readonly isLarge?: true;
  permissions(request: unknown, caller: Caller): readonly Permission[];
  /** @throws AwsError for a fault of the caller */
  run(request: unknown, call: Call): Promise<object>;
}

export interface OperationDefinition<Input extends AnyStructure, Output extends AnyStructure> {
  readonly name: string;
  readonly input: Input;
  readonly output: Output;
  /** As of an Operation. */
  readonly isLarge?: true;
  permissions(request: ValueOf<Input>, caller: Caller): readonly Permission[];
  run(request: ValueOf<Input>, call: Call): Promise<ValueOf<Output>>;
}

/** Makes an operation whose request and answer are typed by their shapes. */
export function defineOperation<Input extends AnyStructure, Output extends AnyStructure>(
  definition: OperationDefinition<Input, Output>,
): Operation {
  // The edge decodes by `input` before it calls, so the request has that type.
  return definition;
}

export interface Service {
  /** As in the credential scope: `ec2`, `sts`, `logs`, `s3`. */
  readonly name: string;
  readonly protocol: WireProtocol;
  /** `2016-11-15`. */
  readonly version: string;
  /** xmlns of an answer's root; empty for JSON. */
  readonly xmlNamespace: string;
  /** By name, e.g. `DescribeFlowLogs`. */
  readonly operations: ReadonlyMap<string, Operation>;
}
