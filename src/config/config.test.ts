import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import fc from 'fast-check';
import { parse } from 'yaml';

import {
  ConfigError,
  createDataFolder,
  dumpConfig,
  formatListen,
  isSameMachine,
  loadConfig,
  parseListen,
  reachableHost,
  readDaemonNote,
  writeDaemonNote,
} from './index.ts';
import { formatByteSize, parseByteSize } from './schema-parts.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'weir-config-'));
});
after(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const file = path.join(folder, 'weir.yaml');
  writeFileSync(file, text);
  return file;
}

function faultsOf(
  text: string | null,
  environment: Record<string, string> = {},
  flags: Parameters<typeof loadConfig>[2] = {},
): string[] {
  try {
    loadConfig(text === null ? null : fileOf(text), environment, flags);
  } catch (fault) {
    assert.ok(fault instanceof ConfigError, String(fault));
    return fault.faults.map(({ path: place, source, message }) => `${source}|${place}|${message}`);
  }
  return [];
}

describe('loadConfig', () => {
  it('gives every setting its default', () => {
    const { config } = loadConfig(null, {}, {});

    assert.equal(config.listen, '127.0.0.1:7717');
    assert.equal(config.accountId, '000000000000');
    assert.deepEqual(config.capture.exclude, ['lo']);
    assert.equal(config.meter.maxFlows, 524_288);
    assert.equal(config.store.maxBytes, 50 * 2 ** 30);
  });

  it('reads a switch from a variable, and says what is none', () => {
    const { config } = loadConfig(null, { WEIR_DELIVER_CREATE_BUCKETS: 'false' }, {});

    assert.equal(config.deliver.createBuckets, false);
    assert.match(
      faultsOf(null, { WEIR_DELIVER_CREATE_BUCKETS: 'no' }).join(),
      /^environment WEIR_DELIVER_CREATE_BUCKETS\|.*expected boolean/,
    );
  });

  it('lets the environment win over the file, and flags over both', () => {
    const file = fileOf('region: eu-west-1\naccountId: "111111111111"\ndata: /a\n');
    const environment = { WEIR_ACCOUNT_ID: '222222222222', WEIR_DATA: '/b' };

    const { config } = loadConfig(file, environment, { data: '/c' });

    assert.equal(config.region, 'eu-west-1');
    assert.equal(config.accountId, '222222222222');
    assert.equal(config.data, '/c');
  });

  it('reads numbers, sizes and lists from variables', () => {
    const { config } = loadConfig(
      null,
      {
        WEIR_METER_WINDOW_SECONDS: '10',
        WEIR_CAPTURE_RING_BYTES: '8 MiB',
        WEIR_CAPTURE_INTERFACES: 'eth0, wg0',
        WEIR_CAPTURE_EXCLUDE: '',
      },
      {},
    );

    assert.equal(config.meter.windowSeconds, 10);
    assert.equal(config.capture.ringBytes, 8 * 2 ** 20);
    assert.deepEqual(config.capture.interfaces, ['eth0', 'wg0']);
    assert.deepEqual(config.capture.exclude, ['lo']);
  });

  it('takes an empty file and empty sections', () => {
    assert.deepEqual(faultsOf(''), []);
    assert.deepEqual(faultsOf('# nothing\ncapture:\nmeter: {}\n'), []);
  });

  it('names path and line of an unknown key', () => {
    const [first = '', second = ''] = faultsOf(
      'region: us-east-1\nmeter:\n  window: 3\nlisten_: 1\n',
    );

    assert.match(first, /weir\.yaml line 3\|meter\.window\|unknown key; known here are window/);
    assert.match(second, /weir\.yaml line 4\|listen_\|unknown key/);
  });

  it('names the variable or the command line as source', () => {
    const [variable = ''] = faultsOf(null, { WEIR_REGION: 'moon' });
    const [flag = ''] = faultsOf(null, {}, { listen: 'nowhere' });

    assert.match(variable, /^environment WEIR_REGION\|region\|/);
    assert.match(flag, /^command line\|listen\|expected HOST:PORT/);
  });

  it('refuses to listen wider than loopback without TLS, and says what to do', () => {
    const tls = { WEIR_TLS_CERTIFICATE: 'c.pem', WEIR_TLS_KEY: 'k.pem' };
    const remedy = /set tls\.certificate and tls\.key .*, or listen on 127\.0\.0\.1:\d+ .* ssh -L/;
    for (const listen of ['0.0.0.0:7717', '[::]:7717', '192.168.1.1:80', 'example.org:80', '0:1']) {
      assert.match(faultsOf(null, {}, { listen }).join(), remedy, listen);
      assert.deepEqual(faultsOf(null, tls, { listen }), [], listen);
    }
    for (const listen of ['127.0.0.1:0', 'localhost:7717', '[::1]:7717', '127.9.9.9:1']) {
      assert.deepEqual(faultsOf(null, {}, { listen }), [], listen);
    }
  });

  it('wants certificate and key together', () => {
    const [key = ''] = faultsOf('tls: {certificate: c.pem}');
    const [certificate = ''] = faultsOf('tls: {key: k.pem}', {}, { listen: '0.0.0.0:7717' });

    assert.match(key, /\|tls\.key\|is wanted too, since tls\.certificate is given$/);
    assert.match(certificate, /\|tls\.certificate\|is wanted too, since tls\.key is given$/);
  });

  it('refuses broken YAML, lists at the top and double keys, each with its line', () => {
    assert.match(faultsOf('a: [1\n').join(), /weir\.yaml line \d/);
    assert.match(faultsOf('- a\n').join(), /expected keys and values/);
    assert.match(faultsOf('data: a\ndata: b\n').join(), /line 2.*unique/);
  });

  it('leaves unknown WEIR_ variables aside and reports them', () => {
    const { ignoredVariables } = loadConfig(null, { WEIR_SERVICE_HOST: '10.0.0.1' }, {});

    assert.deepEqual(ignoredVariables, ['WEIR_SERVICE_HOST']);
  });

  it('freezes what it gives', () => {
    const { config } = loadConfig(null, {}, {});

    assert.ok(Object.isFrozen(config) && Object.isFrozen(config.capture.exclude));
  });

  it('refuses windows that do not divide a minute', () => {
    assert.match(faultsOf('meter: { windowSeconds: 7 }').join(), /must divide 60/);
  });
});

describe('dumpConfig', () => {
  it('gives a file that means the same', () => {
    const file = fileOf(
      'data: "/tmp/a b"\naccountId: "012345678901"\ncapture:\n  interfaces: [eth0]\n' +
        '  ringBytes: 3MiB\ninventory:\n  file: "x: y"\n',
    );
    const { config } = loadConfig(file, {}, {});

    const again = loadConfig(fileOf(dumpConfig(config)), {}, {});

    assert.deepEqual(again.config, config);
  });

  it('has a comment above every key', () => {
    const lines = dumpConfig(loadConfig(null, {}, {}).config).split('\n');

    const keys = lines.flatMap((line, index) => (/^ *\w+: ./.test(line) ? [index] : []));

    assert.ok(keys.length >= 20);
    for (const index of keys) assert.match(lines[index - 1] ?? '', /^ *# .+ \[WEIR_[A-Z_]+\]$/);
    assert.equal(typeof parse(lines.join('\n')), 'object');
  });
});

describe('parts', () => {
  it('parseByteSize() undoes formatByteSize()', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (byteCount) => {
        assert.equal(parseByteSize(formatByteSize(byteCount)), byteCount);
      }),
    );
    assert.equal(parseByteSize('1.5 GB'), 1.5e9);
    assert.equal(parseByteSize('12 parsecs'), null);
    assert.equal(parseByteSize(''), null);
  });

  it('parseListen() never throws and undoes formatListen()', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const address = parseListen(text);
        if (address !== null) assert.deepEqual(parseListen(formatListen(address)), address);
      }),
    );
    assert.deepEqual(parseListen('[::1]:80'), { host: '::1', port: 80 });
    assert.equal(parseListen('127.0.0.1:65536'), null);
    assert.equal(parseListen('127.0.0.1'), null);
  });
});

describe('an address', () => {
  it('that is a wildcard is reached on loopback', () => {
    const hosts = ['0.0.0.0', '::ffff:0.0.0.0', '::', '::1', '10.0.0.5', '10.0.0.0'];

    const reached = hosts.map(reachableHost);

    const local = '127.0.0.1';
    assert.deepEqual(reached, [local, local, local, '::1', '10.0.0.5', '10.0.0.0']);
  });

  it('of the other end says whether it is this machine', () => {
    const same = (remoteAddress?: string, localAddress?: string): boolean =>
      isSameMachine({ remoteAddress, localAddress });

    assert.ok(same('127.0.0.1', '127.0.0.1') && same('::1', '::1'));
    assert.ok(same('::ffff:127.0.0.1', '::ffff:127.0.0.1'));
    assert.ok(same('192.168.1.5', '192.168.1.5'));
    assert.ok(!same('192.168.1.6', '192.168.1.5') && !same('::ffff:192.168.1.6', '::'));
    assert.ok(!same('fe80::127.0.0.1', '::1') && !same(undefined, undefined));
  });
});

describe('data folder', () => {
  it('is 0700, its daemon note 0600 and readable by its writer', () => {
    const paths = createDataFolder(path.join(folder, 'data'));
    const note = { pid: process.pid, host: '127.0.0.1', port: 7717, key: 'k'.repeat(43) };

    writeDaemonNote(paths, note);

    assert.equal(statSync(paths.root).mode & 0o777, 0o700);
    assert.equal(statSync(paths.daemon).mode & 0o777, 0o600);
    assert.deepEqual(readDaemonNote(paths), note);
  });

  it('a note of a process that is gone, or cut, counts as none', () => {
    const paths = createDataFolder(path.join(folder, 'stale'));

    assert.equal(readDaemonNote(paths), null);
    // Above the kernel's largest process id.
    const gone = { pid: 4_194_305, host: '127.0.0.1', port: 1, key: 'k'.repeat(43) };
    writeDaemonNote(paths, gone);
    assert.equal(readDaemonNote(paths), null);
    writeFileSync(paths.daemon, '{"pid": 1');
    assert.equal(readDaemonNote(paths), null);
  });
});
