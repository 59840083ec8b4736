// Bounds how many loops work at once; the others wait in the order in which they came.
export interface Turns {
  /** Runs the work when a place is free. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createTurns(placeCount: number): Turns {
  let free = placeCount;
  const waiting: (() => void)[] = [];
  return {
    async take(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        // A place is handed on without becoming free in between.
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}
