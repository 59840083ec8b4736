// A case of the error catalogue (spec/api.md 6): a request, and the error that it provokes.
import type { ServingWeir } from '../../support/aws-daemon.ts';
import type { Answer } from '../../support/http-exchange.ts';
import { sendForm, type SignOptions } from '../signed-request.ts';

export const VPC = 'vpc-0e770000000000001';
export const SUBNET = 'subnet-0e770000000000001';
export const ENI = 'eni-0e770000000000001';
export const TGW = 'tgw-0e770000000000001';
/** A VPC in the region without ECS cluster, which the calls are made to. */
export const INVENTORY = `
vpcs: [{id: ${VPC}, account: 123456789012, region: eu-west-1, cidrs: [10.0.0.0/16]}]
subnets: [{id: ${SUBNET}, vpc: ${VPC}, cidrs: [10.0.1.0/24]}]
enis: [{id: ${ENI}, subnet: ${SUBNET}, ipv4: [10.0.1.5]}]
transit-gateways: [{id: ${TGW}, account: 123456789012, region: eu-west-1}]
`;

export type Parameters = Readonly<Record<string, string>>;

/** What the cases call "the base request": a flow log to a bucket that exists. */
export const BASE: Parameters = {
  Action: 'CreateFlowLogs',
  Version: '2016-11-15',
  'ResourceId.1': VPC,
  ResourceType: 'VPC',
  TrafficType: 'ALL',
  LogDestinationType: 's3',
  LogDestination: 'arn:aws:s3:::records',
};

export interface ErrorCase {
  readonly code: string;
  /** All of it, or what it has to match. */
  readonly message: string | RegExp;
  readonly status: number;
  /** In `unsuccessful` of an answer of 200, instead of an error as a whole. */
  readonly perResource?: true;
  /** Parameters over the base request; null takes one away. Or a whole form without Action. */
  readonly change?: Readonly<Record<string, string | null>>;
  /** Parameters in place of the base request. */
  readonly form?: Parameters;
  /** What is special besides the parameters, for the table. */
  readonly note?: string;
  readonly sign?: SignOptions;
  /** The default key with another secret, or the key of a user who may only describe. */
  readonly as?: 'wrong-secret' | 'reader';
  /** How it is sent, when that is the point. */
  readonly send?: (weir: ServingWeir, form: Parameters) => Promise<Answer>;
  /** What has to be so before. */
  readonly prepare?: (weir: ServingWeir, form: Parameters) => Promise<void>;
}

export const TGW_BASE = { 'ResourceId.1': TGW, ResourceType: 'TransitGateway', TrafficType: null };
export const DESCRIBE = { Action: 'DescribeFlowLogs', Version: '2016-11-15' };
export const DELETE = { Action: 'DeleteFlowLogs', Version: '2016-11-15' };
/** The request of a case, whole. */
export function formOf(errorCase: ErrorCase): Parameters {
  if (errorCase.form !== undefined) return errorCase.form;
  const merged = { ...BASE, ...errorCase.change };
  const kept = Object.entries(merged).filter(([, value]) => value !== null);
  return Object.fromEntries(kept) as Parameters;
}

export function numbered(
  name: string,
  count: number,
  value: (number: number) => string,
  suffix = '',
): Parameters {
  const pairs = Array.from({ length: count }, (_, index) => [
    `${name}.${index + 1}${suffix}`,
    value(index + 1),
  ]);
  return Object.fromEntries(pairs) as Parameters;
}

/** Sends a form that must be answered with 200. */
export async function succeed(weir: ServingWeir, form: Parameters): Promise<void> {
  const answer = await sendForm(weir, form);
  if (answer.status !== 200) throw new Error(`Preparing failed: ${answer.body}`);
}
