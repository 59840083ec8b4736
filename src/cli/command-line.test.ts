// Commands as a user runs them: exit codes, and one clear line for each fault.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const WEIR = fileURLToPath(new URL('../../../bin/weir', import.meta.url));
const START_WITHIN_MS = 15_000;

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'weir-cli-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function weir(args: readonly string[], environment: Record<string, string> = {}): Run {
  const env = { ...process.env, WEIR_DATA: path.join(folder, 'none'), ...environment };
  const run = spawnSync(process.execPath, [WEIR, ...args], {
    encoding: 'utf8',
    env,
    timeout: 30_000,
  });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** One line that begins with `weir: ` and matches. */
function assertLine(run: Run, status: number, pattern: RegExp): void {
  assert.match(run.stderr, pattern);
  assert.match(run.stderr, /^weir: [^\n]+\n$/);
  assert.equal(run.status, status);
}

describe('command line', () => {
  it('teaches by --help and knows its version', () => {
    const help = weir(['--help']);

    assert.equal(help.status, 0);
    for (const word of ['up', 'replay', 'tail', 'top', 'query', 'flow-logs', 'doctor', 'config']) {
      assert.match(help.stdout, new RegExp(`^  weir ${word} `, 'm'));
    }
    assert.match(help.stdout, /Examples:/);
    assert.match(weir(['--version']).stdout, /^weir \d+\.\d+\.\d+\n$/);
    assert.match(weir(['help', 'top']).stdout, /^Usage: weir top/);
  });

  it('answers wrong usage with one line and 2', () => {
    assert.equal(weir([]).status, 2);
    assertLine(weir(['tpo']), 2, /"tpo" is no command, did you mean "top"/);
    assertLine(weir(['xyzzy']), 2, /"xyzzy" is no command; see: weir --help/);
    assertLine(weir(['top', '--colour']), 2, /unknown option '--colour'; see: weir top --help/);
    assertLine(weir(['keys', 'revoke', '--x']), 2, /see: weir keys revoke --help/);
    assertLine(weir(['tail', '-n', 'many']), 2, /It must be 0 to 1000000/);
    assertLine(weir(['up', '--log-to', 'Not_A_Bucket']), 2, /A bucket name has/);
    assertLine(weir(['up', 'now']), 2, /too many arguments/);
    assert.equal(weir(['config']).status, 2);
  });

  it('answers faults of the world with one line and 1', () => {
    assertLine(weir(['top']), 1, /No weir is running on ".*"; start one with: weir up --data/);
    assertLine(weir(['tail', 'dstport = ssh-ish']), 1, /Wrong filter at character 11/);
    assertLine(weir(['tail', '--format', '${nothing}']), 1, /Log format: .* at character/);
    assertLine(weir(['up', '--config', '/nowhere.yaml']), 1, /Cannot read the configuration/);
    assertLine(weir(['up', '--listen', '0.0.0.0:1']), 1, /which takes TLS: set tls\.certificate/);
    assertLine(weir(['up', '--data', '/proc/weir']), 1, /Cannot create the data folder/);
  });

  it('tail and doctor work without a daemon and without data', () => {
    const tail = weir(['tail']);
    const doctor = weir(['doctor', '--json']);

    assert.deepEqual([tail.status, tail.stdout], [0, '']);
    const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; state: string }[] };
    assert.ok(checks.some((check) => check.name === 'daemon' && check.state === 'warn'));
  });

  it('config check says every fault, config dump is a file', () => {
    const file = path.join(folder, 'weir.yaml');
    writeFileSync(file, 'meter:\n  maxFlow: 1\nregion: 5\n');

    const check = weir(['config', 'check', file]);
    const dump = weir(['config', 'dump'], { WEIR_REGION: 'eu-west-1' });

    assert.equal(check.status, 1);
    assert.match(check.stderr, /line 2: meter\.maxFlow: unknown key/);
    assert.match(check.stderr, /line 3: region: /);
    writeFileSync(file, dump.stdout);
    assert.match(dump.stdout, /^region: eu-west-1$/m);
    assert.deepEqual([weir(['config', 'check', file]).status, dump.status], [0, 0]);
  });

  it('is quiet when its reader has gone', () => {
    const shell = `"${process.execPath}" "${WEIR}" config dump | true; echo "\${PIPESTATUS[0]}"`;
    const run = spawnSync('bash', ['-c', shell], { encoding: 'utf8' });

    assert.equal(run.stderr, '');
  });
});

describe('weir up', { timeout: 120_000 }, () => {
  let daemon: ChildProcess;
  let data = '';
  let note: { pid: number; port: number; key: string };

  before(async () => {
    data = path.join(folder, 'data');
    daemon = spawn(process.execPath, [WEIR, 'up', '--data', data, '--listen', '127.0.0.1:0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await started(daemon);
    note = JSON.parse(readFileSync(path.join(data, 'daemon.json'), 'utf8')) as typeof note;
  });
  after(() => daemon.kill('SIGKILL'));

  it('keeps folder and note to its user', () => {
    assert.equal(statSync(data).mode & 0o777, 0o700);
    assert.equal(statSync(path.join(data, 'daemon.json')).mode & 0o777, 0o600);
    assert.equal(note.pid, daemon.pid);
  });

  it('answers health to everybody and status to who has the key', async () => {
    const base = `http://127.0.0.1:${note.port}`;

    assert.equal(await (await fetch(`${base}/healthz`)).text(), 'ok\n');
    assert.match(await (await fetch(`${base}/metrics`)).text(), /^weir_capturing [01]$/m);
    assert.equal((await fetch(`${base}/control/status`)).status, 401);
    const headers = { authorization: `Bearer ${note.key}` };
    assert.equal((await fetch(`${base}/control/status`, { headers })).status, 200);
    assert.equal((await fetch(`${base}/somewhere`)).status, 404);
  });

  it('a second one on the same data says which process has it', () => {
    const second = weir(['up', '--data', data, '--listen', '127.0.0.1:0']);

    assertLine(second, 1, new RegExp(`process ${note.pid} `));
  });

  it('a port that is taken is said, with another one to try', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;

    const listen = `127.0.0.1:${port}`;
    const run = weir(['up', '--data', path.join(folder, 'other'), '--listen', listen]);
    taken.close();

    assertLine(run, 1, /the port is taken; choose another with --listen 127\.0\.0\.1:\d+/);
  });

  it('doctor finds it, and it stops on SIGTERM with 0 and no note left', async () => {
    const doctor = weir(['doctor', '--data', data]);
    const ended = new Promise<number | null>((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGTERM');

    assert.match(doctor.stdout, new RegExp(`ok +daemon +process ${note.pid} `));
    assert.equal(await ended, 0);
    assert.throws(() => statSync(path.join(data, 'daemon.json')), /ENOENT/);
  });
});

function started(daemon: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`No start: ${text}`)), START_WITHIN_MS);
    daemon.stderr?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (!text.includes('daemon.started')) return;
      clearTimeout(timer);
      resolve();
    });
    daemon.once('exit', () => reject(new Error(`No start: ${text}`)));
  });
}
