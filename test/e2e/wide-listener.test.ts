// Weir on every address of a machine, as seen from another one: two network namespaces.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { awsJson, runAws, SKIP_AWS_CLI, type CliPlace } from '../aws/aws-cli.ts';
import { makeSelfSigned, SKIP_OPENSSL, type Pair } from '../support/certificates.ts';
import { startWeir, weirIn, type RunningWeir } from '../support/daemon.ts';
import { makeBed, runIn, SKIP_LIVE, type LiveBed } from './live-bed.ts';

const VPC = 'vpc-0a1de000000000001';
const INVENTORY = `
vpcs: [{id: ${VPC}, account: 123456789012, region: eu-west-1, cidrs: [10.77.0.0/16]}]
`;
const SKIP = [SKIP_LIVE, SKIP_AWS_CLI, SKIP_OPENSSL].find((reason) => reason !== false) ?? false;
const PORT = 7717;

describe('a Weir that listens wider', { skip: SKIP, timeout: 120_000 }, () => {
  let bed: LiveBed;
  let folder = '';
  let data = '';
  let pair: Pair;
  let weir: RunningWeir;
  before(() => {
    bed = makeBed();
    folder = mkdtempSync(path.join(tmpdir(), 'weir-wide-'));
    data = path.join(folder, 'data');
    pair = makeSelfSigned(folder, { name: 'weir', names: 'IP:127.0.0.1,IP:10.77.0.1' });
    writeFileSync(path.join(folder, 'inventory.yaml'), INVENTORY);
  });
  after(async () => {
    bed.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs Weir on that address of namespace a while the action goes on. */
  async function serve(
    listen: string,
    action: () => Promise<void>,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const inventory = path.join(folder, 'inventory.yaml');
    const args = ['--data', data, '--listen', listen, '--inventory', inventory];
    weir = await startWeir(bed.a, args, {
      WEIR_REGION: 'eu-west-1',
      WEIR_TLS_CERTIFICATE: pair.certificate,
      WEIR_TLS_KEY: pair.key,
      ...settings,
    });
    try {
      await action();
    } finally {
      assert.equal(await weir.stop(), 0);
    }
  }

  /** Status and body of a GET by curl, from a namespace. */
  async function get(netns: string, url: string, ...words: string[]): Promise<string> {
    const report = ['--write-out', ' %{http_code}', '--max-time', '5', '--silent', '--show-error'];
    return runIn(netns, 'curl', ...report, '--cacert', pair.certificate, ...words, url);
  }

  function environmentOf(): Record<string, string> {
    const { stdout } = weirIn(bed.a, ['env', '--shell', 'json', '--data', data]);
    return JSON.parse(stdout) as Record<string, string>;
  }

  it('serves the AWS API and health to another machine, and nothing else', async () => {
    await serve(`0.0.0.0:${PORT}`, async () => {
      const url = `https://10.77.0.1:${PORT}`;
      const place: CliPlace = {
        endpoint: url,
        environment: environmentOf(),
        prefix: ['ip', 'netns', 'exec', bed.b],
      };
      const { Vpcs } = await awsJson<{ Vpcs: { VpcId: string }[] }>(place, [
        'ec2',
        'describe-vpcs',
      ]);
      const { AWS_CA_BUNDLE: _, ...trustless } = place.environment;
      const refused = await runAws({ ...place, environment: trustless }, ['ec2', 'describe-vpcs']);
      const { key } = JSON.parse(await runIn(bed.a, 'cat', path.join(data, 'daemon.json'))) as {
        readonly key: string;
      };

      assert.ok(Vpcs.some((vpc) => vpc.VpcId === VPC));
      assert.match(refused.stderr, /certificate verify failed/);
      assert.equal(await get(bed.b, `${url}/healthz`), 'ok\n 200');
      assert.match(await get(bed.b, `${url}/metrics`), /"Forbidden".* 403$/s);
      assert.match(await get(bed.b, `${url}/`), /"NotFound".* 404$/s);
      const withKey = ['--header', `authorization: Bearer ${key}`];
      assert.match(await get(bed.b, `${url}/control/status`, ...withKey), /"Forbidden".* 403$/s);
      // The same machine, by whichever of its addresses.
      for (const host of ['10.77.0.1', '127.0.0.1']) {
        const near = `https://${host}:${PORT}`;
        assert.match(await get(bed.a, `${near}/metrics`), /weir_tls_certificate_valid_.* 200$/s);
        assert.match(await get(bed.a, `${near}/control/status`, ...withKey), /"pid".* 200$/s);
      }
    });
  });

  it("is found on loopback by Weir's own commands", async () => {
    await serve('[::]:0', async () => {
      const { AWS_ENDPOINT_URL: endpoint = '', AWS_CA_BUNDLE: bundle } = environmentOf();
      const doctor = weirIn(bed.a, ['doctor', '--data', data]);

      assert.match(endpoint, /^https:\/\/127\.0\.0\.1:\d+$/);
      assert.equal(bundle, pair.certificate);
      assert.match(doctor.stdout, /^ok +daemon +process \d+ on \[::\]:\d+/m);
      assert.match(weirIn(bed.a, ['top', '--data', data]).stdout, /flows/);
      assert.equal(await get(bed.a, `${endpoint}/healthz`), 'ok\n 200');
      const port = endpoint.split(':').at(-1) ?? '';
      assert.equal(await get(bed.b, `https://10.77.0.1:${port}/healthz`), 'ok\n 200');
    });
  });

  it('on one address is found there, and shows metrics to all where that is wanted', async () => {
    const open = { WEIR_OPEN_METRICS: 'true' };
    await serve(
      `10.77.0.1:${PORT}`,
      async () => {
        const url = `https://10.77.0.1:${PORT}`;

        assert.equal(environmentOf()['AWS_ENDPOINT_URL'], url);
        assert.match(await get(bed.b, `${url}/metrics`), /weir_tls_certificate_valid_.* 200$/s);
        assert.equal(weirIn(bed.a, ['keys', 'list', '--data', data]).status, 0);
      },
      open,
    );
  });
});
