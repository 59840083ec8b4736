import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { captureHint, hintFor, parsePrivileges, readCapabilities } from './capabilities.ts';

const ALL = 0x1ff_ffff_ffffn;
const NET_RAW = 1n << 13n;

describe('capabilities', () => {
  it('parsePrivileges() reads the masks of /proc/self/status', () => {
    const status =
      'Name:\tnode\nCapEff:\t0000000000002000\nCapBnd:\t000001ffffffffff\nNoNewPrivs:\t1\n';

    assert.deepEqual(parsePrivileges(status), {
      effective: NET_RAW,
      bounding: ALL,
      noNewPrivileges: true,
    });
    assert.deepEqual(parsePrivileges(''), { effective: 0n, bounding: 0n, noNewPrivileges: false });
  });

  it('hintFor() spells the command with the path of node, quoted when it must be', () => {
    const privileges = { effective: 0n, bounding: ALL, noNewPrivileges: false };

    assert.equal(
      hintFor(privileges, '/usr/bin/node', false),
      'run: sudo setcap cap_net_raw+ep /usr/bin/node (or start weir with sudo)',
    );
    assert.equal(
      hintFor(privileges, "/home/a b/it's/node", true),
      `run: sudo setcap cap_net_raw,cap_sys_admin+ep '/home/a b/it'\\''s/node' ` +
        '(or start weir with sudo)',
    );
  });

  it('hintFor() says where setcap has an effect when it has none here', () => {
    const confined = { effective: 0n, bounding: ALL & ~NET_RAW, noNewPrivileges: false };
    const sealed = { effective: 0n, bounding: ALL, noNewPrivileges: true };

    assert.match(
      hintFor(confined, '/usr/bin/node', false),
      /outside of it: sudo setcap cap_net_raw\+ep \/usr\/bin\/node, or .*--cap-add NET_RAW$/,
    );
    assert.match(hintFor(confined, '/usr/bin/node', true), /--cap-add SYS_ADMIN$/);
    assert.match(
      hintFor(sealed, '/usr/bin/node', false),
      /start weir as root, or without that bit/,
    );
  });

  it('readCapabilities() and captureHint() work on this machine', () => {
    assert.equal(typeof readCapabilities().netRaw, 'boolean');
    assert.notEqual(captureHint(), '');
  });
});
