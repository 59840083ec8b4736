/** Bytes that many requests hold together, at most so many. */
export interface ByteBudget {
  /**
   * False when there is no room: nothing is taken then. Who comes while nothing is held always
   * gets what it asks for.
   */
  take(byteCount: number): boolean;
  release(byteCount: number): void;
}

export function createByteBudget(bytesMax: number): ByteBudget {
  let heldBytes = 0;
  return {
    take(byteCount) {
      if (heldBytes > 0 && heldBytes + byteCount > bytesMax) return false;
      heldBytes += byteCount;
      return true;
    },
    release(byteCount) {
      heldBytes -= byteCount;
    },
  };
}
