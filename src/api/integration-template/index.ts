// The Athena integration of a flow log, as GetFlowLogsIntegrationTemplate generates it.
//
// Enters: a request in AWS's words and the flow logs that exist. Leaves: a CloudFormation template
// (YAML) to be deployed on AWS, for a flow log whose objects lie in S3 there: database, work
// groups, tables partitioned as the keys are, predefined queries, and a Lambda function that adds
// partitions. Nothing is kept and nobody is called.
// Bounds: 10 integrations a template, which then is below 200 KiB (CloudFormation takes 1 MB).
// Source: VPC User Guide, "Query flow logs using Amazon Athena"; spec/query.md 4 and 5.
export { generateIntegrationTemplate } from './generate.ts';
export type { GeneratedTemplate, IntegrationTemplateRequest } from './generate.ts';
export { templateKey } from './template-object.ts';
