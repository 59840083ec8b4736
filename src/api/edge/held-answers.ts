// Bytes of answers on their way, counted until the client has taken them or is gone.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { createByteBudget } from './byte-budget.ts';

export interface HeldAnswers {
  /** False when there is no room for an answer of that length. */
  hold(request: IncomingMessage, response: ServerResponse, byteCount: number): boolean;
}

export function createHeldAnswers(bytesMax: number): HeldAnswers {
  const budget = createByteBudget(bytesMax);
  const releasesBySocket = new WeakMap<Socket, Set<() => void>>();

  /** One listener for a connection, however many answers wait in it. */
  function releasesOf(socket: Socket): Set<() => void> {
    let releases = releasesBySocket.get(socket);
    if (releases === undefined) {
      const all = new Set<() => void>();
      socket.once('close', () => {
        for (const release of all) release();
      });
      releasesBySocket.set(socket, all);
      releases = all;
    }
    return releases;
  }

  return {
    hold({ socket }, response, byteCount) {
      if (!budget.take(byteCount)) return false;
      const releases = releasesOf(socket);
      const release = (): void => {
        if (releases.delete(release)) budget.release(byteCount);
      };
      releases.add(release);
      // Node tells the end of a connection to the answer that is being sent, and to none behind it.
      response.once('close', release);
      if (socket.destroyed) release();
      return true;
    },
  };
}
