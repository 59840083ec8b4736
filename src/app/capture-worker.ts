// The capture thread: follows interfaces, holds rings and flow cache, and talks to the main thread
// in the messages of capture-messages.ts. It knows devices and points, never identities.
import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { followInterfaces, type InterfaceFollower } from '../capture/index.ts';
import { toOperationError } from '../observe/operation-error.ts';
import type { CaptureWorkerData, FromCaptureWorker, ToCaptureWorker } from './capture-messages.ts';
import { LiveCapture } from './live-capture.ts';

const TICK_MS = 100;
const STATUS_MS = 1000;

if (parentPort === null) throw new Error('The capture worker runs as a worker thread only');
const port = parentPort;
const settings = workerData as CaptureWorkerData;
const random = randomBytes(8);

function send(message: FromCaptureWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function report(cause: unknown, action: string, fatal: boolean): void {
  const fault = toOperationError(cause, action);
  send({ kind: 'error', message: fault.message, fatal, code: fault.code });
}

const live = new LiveCapture({
  ...settings,
  clock: () => Math.floor(Date.now() / 1000),
  seed: [random.readUInt32LE(0), random.readUInt32LE(4)],
  onBatch: (batch) => send({ kind: 'batch', batch }, [batch.entries]),
});
let follower: InterfaceFollower | undefined;

function start(): void {
  try {
    follower = followInterfaces({
      netns: [null, ...settings.capture.netns],
      names: settings.capture.interfaces,
      exclude: settings.capture.exclude,
      onAppear: ({ hardwareType, netns, ifindex, name }) =>
        send({
          kind: 'device',
          device: { netns, ifindex, name, linkType: hardwareType },
          state: 'appeared',
        }),
      onDisappear: ({ hardwareType, netns, ifindex, name }) => {
        const device = { netns, ifindex, name, linkType: hardwareType };
        // Told at once: the same device may appear again before its ring has been emptied.
        send({ kind: 'device', device, state: 'disappeared' });
        live.remove(netns, ifindex).catch((cause: unknown) => {
          report(cause, `Cannot end the capture on "${name}"`, false);
        });
      },
      onFault: (fault) => report(fault, 'Cannot follow the interfaces', false),
    });
    send({ kind: 'ready' });
  } catch (cause) {
    report(cause, 'Cannot capture', true);
  }
}

async function stop(): Promise<void> {
  follower?.close();
  clearInterval(ticking);
  clearInterval(telling);
  await live.stop();
  send({ kind: 'stopped' });
  port.close();
}

port.on('message', (message: ToCaptureWorker) => {
  switch (message.kind) {
    case 'assign':
      try {
        live.add(message);
      } catch (cause) {
        // Without the right to open a ring no interface can be captured, now or later.
        const fault = toOperationError(cause, `Cannot capture on "${message.name}"`);
        report(fault, fault.message, fault.code === 'not-permitted');
      }
      break;
    case 'top':
      sendTop(message.id, message.limit);
      break;
    case 'stop':
      stop().catch((cause: unknown) => report(cause, 'Cannot stop the capture', true));
      break;
  }
});

function sendTop(id: number, limit: number): void {
  const top = live.top(limit);
  send({ kind: 'top', id, ...top }, [top.entries]);
}

const ticking = setInterval(() => live.tick(), TICK_MS);
const telling = setInterval(() => send({ kind: 'status', ...live.status() }), STATUS_MS);
start();
