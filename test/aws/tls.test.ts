// A Weir that speaks HTTPS: unmodified AWS clients, Weir's own commands, renewal, and what is
// refused at the start.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { startServing, type ServingWeir } from '../support/aws-daemon.ts';
import { makeIssued, makeSelfSigned, SKIP_OPENSSL, type Pair } from '../support/certificates.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { ROOT, runWeir } from '../support/weir.ts';
import { awsJson, runAws, SKIP_AWS_CLI, type CliPlace } from './aws-cli.ts';

const run = promisify(execFile);

const VPC = 'vpc-07150000000000001';
const INVENTORY = `
vpcs: [{id: ${VPC}, account: 123456789012, region: eu-west-1, cidrs: [10.0.0.0/16]}]
`;
const CREATE = [
  ...['--resource-type', 'VPC', '--resource-ids', VPC, '--traffic-type', 'ALL'],
  ...['--log-destination-type', 's3', '--log-destination', 'arn:aws:s3:::tls-records'],
];
/** Asks who it is and what VPCs there are, as the shell's variables have it. */
const SDK_PROGRAM = `
  import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
  import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
  const { Arn } = await new STSClient({ maxAttempts: 1 }).send(new GetCallerIdentityCommand({}));
  const { Vpcs } = await new EC2Client({ maxAttempts: 1 }).send(new DescribeVpcsCommand({}));
  console.log(Arn, Vpcs[0].VpcId);
`;

const SKIP_FAKETIME =
  spawnSync('faketime', ['--version']).status === 0 ? false : 'SKIPPED: no faketime';

describe('Weir over TLS', { skip: SKIP_OPENSSL, timeout: 180_000 }, () => {
  const cleaning: (() => void)[] = [];
  let folder = '';
  let pair: Pair;
  let weir: ServingWeir;
  let place: CliPlace;
  before(async () => {
    folder = temporaryFolder({ after: (action) => cleaning.push(action) });
    pair = makeSelfSigned(folder, { name: 'weir' });
    weir = await serve('data', pair);
    place = { endpoint: weir.endpoint, environment: weir.environment };
  });
  after(async () => {
    await weir.stop();
    for (const clean of cleaning) clean();
  });

  function serve(data: string, { certificate, key }: Pair): Promise<ServingWeir> {
    return startServing({
      data: path.join(folder, data),
      inventory: INVENTORY,
      settings: { WEIR_TLS_CERTIFICATE: certificate, WEIR_TLS_KEY: key },
    });
  }

  async function runSdk(environment: Readonly<Record<string, string>>): Promise<string> {
    const words = ['--input-type=module', '--eval', SDK_PROGRAM];
    const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...environment };
    return (await run(process.execPath, words, { cwd: ROOT, env, timeout: 60_000 })).stdout.trim();
  }

  /** Standard output of a command that must succeed. */
  function command(data: string, ...words: string[]): string {
    const done = runWeir([...words, '--data', data]);
    assert.equal(done.status, 0, `${words.join(' ')}: ${done.stderr}`);
    return done.stdout;
  }

  it('`weir env` gives an https address and the certificate to trust', () => {
    const { environment } = weir;

    assert.match(weir.endpoint, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(environment['AWS_CA_BUNDLE'], pair.certificate);
    assert.ok(weir.lines.some((line) => line.includes(`Weir is up on ${weir.endpoint}`)));
    const powershell = runWeir(['env', '--shell', 'powershell', '--data', weir.data]).stdout;
    assert.ok(powershell.includes(`$Env:NODE_EXTRA_CA_CERTS = '${pair.certificate}'\n`));
  });

  it('the AWS SDK works with what `weir env` exports', async () => {
    const environment = { ...weir.environment, NODE_EXTRA_CA_CERTS: pair.certificate };

    assert.equal(await runSdk(environment), `arn:aws:iam::000000000000:user/default ${VPC}`);
    await assert.rejects(runSdk(weir.environment), /self-signed certificate/);
  });

  it(
    'the aws CLI works with it, and with no other certificate',
    { skip: SKIP_AWS_CLI },
    async () => {
      const other = makeSelfSigned(folder, { name: 'other' });
      const { AWS_CA_BUNDLE: _, ...bare } = weir.environment;

      const { Arn } = await awsJson<{ Arn: string }>(place, ['sts', 'get-caller-identity']);
      assert.equal(Arn, 'arn:aws:iam::000000000000:user/default');
      for (const environment of [bare, { ...bare, AWS_CA_BUNDLE: other.certificate }]) {
        const refused = await runAws({ ...place, environment }, ['ec2', 'describe-vpcs']);
        assert.notEqual(refused.status, 0);
        assert.match(refused.stderr, /certificate verify failed/);
      }
    },
  );

  it('a client that speaks plain HTTP is told', { skip: SKIP_AWS_CLI }, async () => {
    const endpoint = weir.endpoint.replace('https:', 'http:');

    const refused = await runAws({ ...place, endpoint }, ['ec2', 'describe-vpcs']);

    assert.match(refused.stderr, /This port speaks HTTPS only: write https:\/\/ for http:\/\//);
    const answer = await fetch(`${endpoint}/healthz`);
    assert.equal(answer.status, 400);
  });

  it("Weir's own commands find it", () => {
    const { data } = weir;
    const created = JSON.parse(command(data, 'flow-logs', 'create', ...CREATE)) as {
      readonly FlowLogIds: string[];
    };
    const [id = ''] = created.FlowLogIds;
    const keyText = command(data, 'keys', 'create', '--user', 'ann', '--output', 'json');
    const { AccessKeyId } = JSON.parse(keyText) as { readonly AccessKeyId: string };

    assert.match(id, /^fl-/);
    assert.ok(command(data, 'flow-logs', 'list').includes(id));
    assert.ok(command(data, 'keys', 'list').includes(AccessKeyId));
    command(data, 'keys', 'revoke', AccessKeyId);
    assert.ok(!command(data, 'keys', 'list').includes(AccessKeyId));
    command(data, 'flow-logs', 'delete', '--flow-log-ids', id);
    const doctor = runWeir(['doctor', '--data', data]).stdout;
    assert.match(doctor, /^ok +daemon +process \d+ on 127\.0\.0\.1:\d+/m);
    assert.match(doctor, /^ok +certificate +valid until \d{4}-\d\d-\d\dT[\d:]+Z, 29 days$/m);
  });

  it('a renewed certificate is used without a restart', { skip: SKIP_AWS_CLI }, async () => {
    const renewed = makeSelfSigned(folder, { name: 'renewed' });
    renameSync(renewed.key, pair.key);
    await until(() => weir.lines.some((line) => line.includes('tls.not-renewed')));
    const doctor = runWeir(['doctor', '--data', weir.data]).stdout;
    assert.match(
      doctor,
      /^warn +certificate .*; the files of now are not in use: The private key/m,
    );
    renameSync(renewed.certificate, pair.certificate);
    await until(() => weir.lines.some((line) => line.includes('tls.renewed')));

    // The file to trust is the same, with the new certificate in it.
    await awsJson(place, ['sts', 'get-caller-identity']);
    assert.match(runWeir(['doctor', '--data', weir.data]).stdout, /^ok +certificate /m);
    assert.deepEqual(JSON.parse(command(weir.data, 'flow-logs', 'list')), { FlowLogs: [] });
  });

  it('a certificate of an authority leaves the choice of authorities alone', async () => {
    const authority = makeSelfSigned(folder, { name: 'authority', names: null });
    const issued = makeIssued(folder, authority, { name: 'issued', names: 'DNS:localhost' });
    const other = await serve('issued', issued);
    try {
      assert.match(other.endpoint, /^https:\/\/localhost:\d+$/);
      assert.equal(other.environment['AWS_CA_BUNDLE'], undefined);
      const environment = { ...other.environment, NODE_EXTRA_CA_CERTS: authority.certificate };
      assert.equal(await runSdk(environment), `arn:aws:iam::000000000000:user/default ${VPC}`);
      assert.ok(command(other.data, 'keys', 'list').includes('default'));
    } finally {
      assert.equal(await other.stop(), 0);
    }
  });

  it('an expired certificate is served, and said to be', { skip: SKIP_FAKETIME }, async () => {
    const prefix = ['faketime', '-f', '-9d'];
    const other = await serve('old', makeSelfSigned(folder, { name: 'old', days: 7, prefix }));
    try {
      assert.ok(other.lines.some((line) => /"warn".*tls\.expired.* expired at \d{4}-/.test(line)));
      assert.match(
        runWeir(['doctor', '--data', other.data]).stdout,
        /^FAIL +certificate +expired at .*Z\n *-> renew the files of tls\.certificate and /m,
      );
    } finally {
      assert.equal(await other.stop(), 0);
    }
  });

  it('what cannot be used is refused at the start, in one line', () => {
    const good = makeSelfSigned(folder, { name: 'good' });
    const other = makeSelfSigned(folder, { name: 'misfit' });
    const open = makeSelfSigned(folder, { name: 'open' });
    chmodSync(open.key, 0o640);
    const none = path.join(folder, 'none.pem');
    const data = path.join(folder, 'refused');
    const asked: readonly (readonly [Pair, string, RegExp])[] = [
      [{ ...good, key: other.key }, '127.0.0.1:0', /^weir: The private key in .* is not that of /],
      [{ ...good, certificate: none }, '0.0.0.0:0', /^weir: Cannot read the TLS certificate in /],
      [open, '[::]:0', /^weir: Other users may read the private key .*; close it with: chmod 600/],
      [{ ...good, key: '' }, '127.0.0.1:0', /^weir: .* tls\.key: is wanted too, since tls\.cert/],
      [{ certificate: '', key: '' }, '0.0.0.0:7717', /^weir: .* takes TLS: .* or listen on 127\./],
    ];

    for (const [{ certificate, key }, listen, pattern] of asked) {
      const settings = { WEIR_TLS_CERTIFICATE: certificate, WEIR_TLS_KEY: key };
      const refused = runWeir(['up', '--data', data, '--listen', listen], { settings });
      assert.deepEqual([refused.status, refused.stdout], [1, '']);
      assert.match(refused.stderr, pattern);
      assert.equal(refused.stderr.trimEnd().split('\n').length, 1, refused.stderr);
      assert.equal(existsSync(path.join(data, 'daemon.json')), false);
    }
  });
});

/** Waits until it is so, at most 20 s. */
async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
