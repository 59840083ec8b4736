// The template read by a real CloudFormation tool: aws-cdk-lib includes it in a stack, which
// resolves every reference and checks properties against the resource specifications.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { App, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';

import { renderLogFormat } from '../../src/records/log-format.ts';
import { VPC_FIELDS } from '../../src/spine/fields.ts';
import { DAILY, generate, readTemplate, type Template } from '../support/athena-fixture.ts';
import { temporaryFolder } from '../support/temporary.ts';

const WEEKLY = { ...DAILY, PartitionLoadFrequency: 'weekly' };
const NONE = {
  ...DAILY,
  PartitionLoadFrequency: 'none',
  PartitionStartDate: '2026-01-01T00:00:00.000Z',
  PartitionEndDate: '2026-01-31T00:00:00.000Z',
};

describe('CDK', () => {
  for (const fileFormat of ['plain-text', 'parquet'] as const) {
    it(`includes the ${fileFormat} template, and synthesises it unchanged`, (context) => {
      const generated = generate(
        {
          fileFormat,
          logFormat: renderLogFormat(VPC_FIELDS),
          hiveCompatiblePartitions: true,
          perHourPartition: true,
        },
        [DAILY, WEEKLY, NONE],
      );
      const folder = temporaryFolder(context);
      const templateFile = path.join(folder, 'template.yml');
      writeFileSync(templateFile, generated.text);

      const app = new App({ outdir: path.join(folder, 'out'), analyticsReporting: false });
      const stack = new Stack(app, 'Athena', { analyticsReporting: false });
      const included = new CfnInclude(stack, 'Integration', { templateFile });
      const synthesised = app.synth().getStackByName('Athena').template as Template;

      const written = readTemplate(generated);
      assert.equal(included.stack, stack);
      assert.deepEqual(
        Object.keys(synthesised.Resources).sort(),
        Object.keys(written.Resources).sort(),
      );
      for (const [id, resource] of Object.entries(written.Resources)) {
        const { Properties } = synthesised.Resources[id] ?? {};
        assert.deepEqual(Properties, resource.Properties, id);
      }
      assert.deepEqual(synthesised.Outputs, written.Outputs);
    });
  }
});
