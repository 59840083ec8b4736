// Clients that are slow, many, or want much at a time: what they hold is bounded, and others are
// served meanwhile.
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';

import { startEdge, type EdgeFixture } from '../../../test/support/edge-fixture.ts';
import { requestText, send, toldBy } from '../../../test/support/edge-requests.ts';
import { createByteBudget } from './byte-budget.ts';
import { LARGE_CALLS_MAX } from './dispatch.ts';
import { IN_FLIGHT_MAX } from './index.ts';

const DESCRIBE = 'Action=DescribeFlowLogs&Version=2016-11-15';
const LARGE = 'Action=DescribeInstances&Version=2016-11-15';

async function wait(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 200));
}

describe('createByteBudget()', () => {
  it('gives as much as there is, and again what is released', () => {
    const budget = createByteBudget(10);

    assert.deepEqual([budget.take(6), budget.take(5), budget.take(4)], [true, false, true]);
    budget.release(6);
    assert.deepEqual([budget.take(7), budget.take(6)], [false, true]);
  });

  it('gives one who is alone whatever it wants', () => {
    const budget = createByteBudget(10);

    assert.deepEqual([budget.take(100), budget.take(1)], [true, false]);
    budget.release(100);
    assert.equal(budget.take(1), true);
  });
});

describe('the edge under load', () => {
  let edge: EdgeFixture;

  before(async () => {
    edge = await startEdge();
  });
  after(() => edge.close());

  it('clients that send slowly hold nobody up', async () => {
    const sockets: Socket[] = Array.from({ length: 2 * IN_FLIGHT_MAX }, () => {
      const socket = connect(edge.port, '127.0.0.1').on('error', () => undefined);
      socket.write('POST / HTTP/1.1\r\nHost: weir\r\nContent-Length: 100\r\n\r\nAction=');
      return socket;
    });
    await wait();

    const answer = await send(edge, { body: DESCRIBE });
    for (const socket of sockets) socket.destroy();

    assert.equal(answer.status, 200);
  });

  it('large calls are served one after the other, and not too many wait', async () => {
    const large = Array.from({ length: LARGE_CALLS_MAX }, () => send(edge, { body: LARGE }));
    await wait();

    const refused = await send(edge, { body: LARGE });
    const small = await send(edge, { body: DESCRIBE });
    const waitingCount = edge.waitingCount();
    const served = Promise.all(large);
    const releasing = setInterval(() => edge.release(), 1);
    const statuses = (await served).map(({ status }) => status);
    clearInterval(releasing);

    assert.equal(toldBy(refused).code, 'RequestLimitExceeded');
    assert.equal(small.status, 200);
    assert.equal(waitingCount, 1);
    assert.deepEqual(new Set(statuses), new Set([200]));
  });
});

describe('the edge with little room', () => {
  const KIB = 1024;
  const bodyOf = (byteCount: number): string => `${DESCRIBE}&NextToken=`.padEnd(byteCount, 'x');
  let edge: EdgeFixture;

  before(async () => {
    edge = await startEdge({ bodiesMax: 10 * KIB, answersMax: 10 * KIB });
  });
  after(() => edge.close());

  async function outcome(byteCount: number): Promise<string> {
    const answer = await send(edge, { body: bodyOf(byteCount) });
    return answer.status === 200 ? '200' : `${answer.status} ${toldBy(answer).code}`;
  }

  it('bodies together have no more than there is, and give it back', async () => {
    const one = 6 * KIB;
    assert.deepEqual([await outcome(one), await outcome(one)], ['200', '200']);

    const socket = connect(edge.port, '127.0.0.1').on('error', () => undefined);
    const text = await requestText(edge, bodyOf(one));
    socket.write(text.slice(0, -10));
    await wait();
    const beside = await outcome(one);
    socket.destroy();
    await wait();

    assert.equal(beside, '503 RequestLimitExceeded');
    assert.equal(await outcome(one), '200');
  });

  it('answers that wait for their client count, until it is gone', async () => {
    const socket = connect(edge.port, '127.0.0.1').on('error', () => undefined);
    socket.resume();
    // Its answer comes after that of the call before it, which waits.
    const regions = await requestText(edge, 'Action=DescribeRegions&Version=2016-11-15');
    socket.write(regions + (await requestText(edge, bodyOf(6 * KIB))));
    await wait();
    const beside = await outcome(6 * KIB);
    socket.destroy();
    await wait();
    edge.release();

    assert.equal(beside, '503 RequestLimitExceeded');
    assert.equal(await outcome(6 * KIB), '200');
  });
});
