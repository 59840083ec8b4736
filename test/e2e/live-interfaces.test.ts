import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';

import {
  followInterfaces,
  type FollowedDevice,
  type FollowOptions,
  type InterfaceFollower,
} from '../../src/capture/index.ts';
import { temporaryFile } from '../support/temporary.ts';
import { ip, joinBed, makeBed, pause, SKIP_LIVE, until, type LiveBed } from './live-bed.ts';

describe('followInterfaces()', { skip: SKIP_LIVE }, () => {
  let bed: LiveBed;
  let follower: InterfaceFollower | null = null;
  let events: string[] = [];

  beforeEach(() => {
    bed = makeBed();
    events = [];
  });
  afterEach(() => {
    follower?.close();
    follower = null;
    bed.remove();
  });

  function follow(options: Partial<FollowOptions> = {}): void {
    const note = (what: string) => (device: FollowedDevice) => {
      events.push(`${what} ${device.name}`);
    };
    follower = followInterfaces({
      netns: [bed.a],
      names: null,
      exclude: ['lo'],
      onAppear: note('+'),
      onDisappear: note('-'),
      onFault: (fault) => events.push(`! ${fault.message}`),
      ...options,
    });
  }

  it('takes what is up and has an address, and not lo, before it returns', () => {
    ip(`-n ${bed.a} link add naked type bridge`);
    ip(`-n ${bed.a} link set naked up`);
    ip(`-n ${bed.a} addr add 169.254.9.9/16 scope link dev naked`);

    follow();

    assert.deepEqual(follower?.devices(), [
      {
        netns: bed.a,
        ifindex: bed.ifindex,
        name: 'va',
        mac: '02:00:00:00:00:0a',
        hardwareType: 1,
        kind: 'veth',
      },
    ]);
    assert.deepEqual(events, ['+ va']);
  });

  it('reports interfaces that come, get an address, are renamed, and go', async () => {
    follow();

    ip(`-n ${bed.a} link add br9 type bridge`);
    ip(`-n ${bed.a} link set br9 up`);
    await pause(200);
    assert.deepEqual(events, ['+ va']);
    ip(`-n ${bed.a} addr add 10.9.9.1/24 dev br9`);
    await until(() => events.includes('+ br9'), 'br9 appears');
    ip(`-n ${bed.a} link set br9 down`);
    await until(() => events.includes('- br9'), 'br9 disappears');
    ip(`-n ${bed.a} link set br9 name br10`);
    ip(`-n ${bed.a} link set br10 up`);
    await until(() => events.includes('+ br10'), 'br10 appears');
    ip(`-n ${bed.a} link del br10`);
    await until(() => events.includes('- br10'), 'br10 disappears');

    assert.deepEqual(events, ['+ va', '+ br9', '- br9', '+ br10', '- br10']);
  });

  it('keeps an interface whose address is renewed', async () => {
    follow();

    ip(`-n ${bed.a} addr del 10.77.0.1/24 dev va`);
    await pause(200);
    ip(`-n ${bed.a} addr add 10.77.0.1/24 dev va`);
    await pause(200);

    assert.deepEqual(events, ['+ va']);
  });

  it('takes named interfaces without address, also lo and those that are down', async () => {
    ip(`-n ${bed.a} link add naked type bridge`);

    follow({ names: ['naked', 'lo'] });
    ip(`-n ${bed.a} link set naked up`);
    await pause(200);

    assert.deepEqual(events, ['+ lo', '+ naked']);
  });

  it('refuses a name that no namespace has, and lists those that exist', () => {
    assert.throws(() => follow({ names: ['va', 'ethX'] }), {
      code: 'not-found',
      message: 'Cannot capture on "ethX": no such interface; available: lo, va',
    });
    assert.deepEqual(events, []);
  });

  it('refuses a namespace that does not exist, or is none, and lists those that exist', (test) => {
    assert.throws(
      () => follow({ netns: ['weir-none'] }),
      (error: Error) => {
        assert.match(
          error.message,
          /^Cannot enter network namespace "weir-none": no such namespace/,
        );
        return error.message.includes(bed.b);
      },
    );
    const file = temporaryFile(test, 'netns', Buffer.alloc(0));
    assert.throws(() => follow({ netns: [file] }), /the file is no network namespace$/);
  });

  it('lets a deleted namespace die, and takes it up when it is there again', async () => {
    follow();

    ip(`netns del ${bed.a}`);
    await until(() => events.includes('- va'), 'va disappears');
    const linksOfB = (): string => ip(`-n ${bed.b} -br link`);
    await until(() => !linksOfB().includes('vb'), 'the namespace ends and its veth with it');
    ip(`netns add ${bed.a}`);
    joinBed(bed.a, bed.b);
    await until(() => events.length === 3, 'va appears again');

    assert.deepEqual(events, ['+ va', '- va', '+ va']);
  });

  it('reports a listener that throws, and offers the device again', async () => {
    let tries = 0;
    follow({
      onAppear(device) {
        if (device.name === 'br9' && ++tries === 1) throw new Error('no memory');
        events.push(`+ ${device.name}`);
      },
    });

    ip(`-n ${bed.a} link add br9 type bridge`);
    ip(`-n ${bed.a} addr add 10.9.9.1/24 dev br9`);
    ip(`-n ${bed.a} link set br9 up`);
    await until(() => events.length === 2, 'the fault is reported');
    ip(`-n ${bed.a} link set br9 mtu 1400`);
    await until(() => events.length === 3, 'br9 appears');

    assert.deepEqual(events, [
      '+ va',
      '! Cannot follow the network interfaces: no memory',
      '+ br9',
    ]);
  });

  it('survives more notices than its socket can hold', async (test) => {
    follow();

    const lines = Array.from({ length: 3000 }, (_, index) => {
      const address = `10.8.${index >> 8}.${index & 255}/32`;
      return `addr add ${address} dev va\naddr del ${address} dev va\n`;
    });
    const batch = temporaryFile(test, 'batch', Buffer.from(lines.join('')));
    // Runs to its end before any notice is read: about 2 MB of them.
    ip(`-n ${bed.a} -batch ${batch}`);
    await pause(200);
    ip(`-n ${bed.a} link add br9 type bridge`);
    ip(`-n ${bed.a} addr add 10.9.9.1/24 dev br9`);
    ip(`-n ${bed.a} link set br9 up`);
    await until(() => events.includes('+ br9'), 'br9 appears');

    assert.deepEqual(events, ['+ va', '+ br9']);
  });
});
