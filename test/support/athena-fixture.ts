// Templates of the Athena integration for tests: made, read back, and their Lambda function run by
// python3 with stubs in place of the AWS client and of CloudFormation's answer.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { parse } from 'yaml';

import {
  generateIntegrationTemplate,
  type GeneratedTemplate,
  type IntegrationTemplateRequest,
} from '../../src/api/integration-template/index.ts';
import type { FlowLog } from '../../src/aws/flow-log.ts';
import { FLOW_LOG } from './delivery-fixture.ts';

export type IntegrationRequest = NonNullable<
  NonNullable<IntegrationTemplateRequest['IntegrateServices']>['AthenaIntegrations']
>[number];

/** Friday 2026-11-20, 13:00 UTC. */
export const NOW_MS = Date.UTC(2026, 10, 20, 13);
export const DAILY: IntegrationRequest = {
  IntegrationResultS3DestinationArn: 'arn:aws:s3:::results/athena/',
  PartitionLoadFrequency: 'daily',
};

export interface TemplateResource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Metadata?: Readonly<Record<string, string>>;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly AWSTemplateFormatVersion: string;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export function generate(
  flowLog: Partial<FlowLog>,
  integrations: readonly IntegrationRequest[] = [DAILY],
): GeneratedTemplate {
  const whole = { ...FLOW_LOG, ...flowLog };
  return generateIntegrationTemplate(
    {
      FlowLogId: whole.flowLogId,
      ConfigDeliveryS3DestinationArn: 'arn:aws:s3:::templates',
      IntegrateServices: { AthenaIntegrations: integrations },
    },
    { flowLogs: [whole], nowMs: NOW_MS },
  );
}

export function readTemplate({ text }: GeneratedTemplate): Template {
  return parse(text, { version: '1.1' }) as Template;
}

/** The resources of that type, in the template's order. */
export function resourcesOf(template: Template, type: string): readonly TemplateResource[] {
  return Object.values(template.Resources).filter((resource) => resource.Type === type);
}

/** One call of the Lambda function. */
export interface LoaderCall {
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly event: object;
  /** State that the stub of Athena answers; default SUCCEEDED. */
  readonly state?: string;
}

export interface LoaderOutcome {
  /** Arguments of StartQueryExecution. */
  readonly queries: readonly {
    readonly QueryString: string;
    readonly QueryExecutionContext: { readonly Database: string };
    readonly WorkGroup: string;
  }[];
  /** What CloudFormation was told; empty for a schedule's call. */
  readonly answers: readonly { readonly status: string; readonly reason: string | null }[];
  /** Of a schedule's call that failed. */
  readonly fault: string | null;
}

const STUBS: Readonly<Record<string, string>> = {
  'boto3.py': `
queries = []
state = ["SUCCEEDED"]
class Athena:
    def start_query_execution(self, **arguments):
        queries.append(arguments)
        return {"QueryExecutionId": "1"}
    def get_query_execution(self, QueryExecutionId):
        status = {"State": state[0]}
        if state[0] == "FAILED":
            status["StateChangeReason"] = "no such table"
        return {"QueryExecution": {"Status": status}}
def client(name):
    assert name == "athena"
    return Athena()
`,
  'cfnresponse.py': `
SUCCESS, FAILED = "SUCCESS", "FAILED"
answers = []
def send(event, context, responseStatus, responseData,
         physicalResourceId=None, noEcho=False, reason=None):
    answers.append({"status": responseStatus, "reason": reason, "id": physicalResourceId})
`,
  'run.py': `
import datetime, json, sys
import boto3, cfnresponse, index
class Context:
    def get_remaining_time_in_millis(self):
        return 10_000
outcomes = []
for call in json.load(sys.stdin):
    boto3.queries.clear(), cfnresponse.answers.clear()
    boto3.state[0] = call.get("state", "SUCCEEDED")
    index.utc_now = lambda: datetime.datetime.fromisoformat(call["now"])
    fault = None
    try:
        index.handler(call["event"], Context())
    except RuntimeError as error:
        fault = str(error)
    outcomes.append({
        "queries": list(boto3.queries),
        "answers": list(cfnresponse.answers),
        "fault": fault,
    })
sys.stdout.write(chr(30) + json.dumps(outcomes))
`,
};

/** The reason why the Lambda function cannot be run here, or false. */
export const SKIP_LOADER: string | false =
  spawnSync('python3', ['--version']).status === 0 ? false : 'python3 is not installed';

/** Runs the template's Lambda function; every call in the same process, as Lambda may. */
export function runLoader(
  template: Template,
  calls: readonly LoaderCall[],
): readonly LoaderOutcome[] {
  const [loader] = resourcesOf(template, 'AWS::Lambda::Function');
  const code = (loader?.Properties['Code'] as { ZipFile: string } | undefined)?.ZipFile ?? '';
  const folder = mkdtempSync(path.join(tmpdir(), 'weir-loader-'));
  try {
    for (const [name, text] of Object.entries({ ...STUBS, 'index.py': code })) {
      writeFileSync(path.join(folder, name), text);
    }
    const run = spawnSync('python3', ['-B', path.join(folder, 'run.py')], {
      input: JSON.stringify(calls),
      encoding: 'utf8',
      timeout: 20_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    if (run.status !== 0) throw new Error(`python3: ${run.stderr}`);
    // What the function prints stands before the separator.
    return JSON.parse(run.stdout.slice(run.stdout.indexOf('\x1e') + 1)) as LoaderOutcome[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The event of the stack's creation, update or deletion for the table of that number. */
export function stackEvent(template: Template, requestType: string, number = 1): object {
  const properties = template.Resources[`Partitions${number}`]?.Properties;
  return { RequestType: requestType, ResourceProperties: properties };
}

/** The input of the schedule of that number. */
export function scheduleEvent(template: Template, number = 1): object {
  const properties = template.Resources[`Schedule${number}`]?.Properties ?? {};
  const [target] = properties['Targets'] as { readonly Input: string }[];
  return JSON.parse(target?.Input ?? '') as object;
}
