// A loop's alarm clock: it sleeps until somebody rings or the time is up. A ring while it is awake
// is kept for the next sleep, so none is missed.
export interface Wake {
  ring(): void;
  /** @param timeoutMs Infinity waits for a ring only */
  sleep(timeoutMs: number): Promise<void>;
}

/** Longest delay that a timer takes. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export function createWake(): Wake {
  let rung = false;
  let wakeUp: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      wakeUp?.();
    },
    async sleep(timeoutMs) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer =
            timeoutMs === Infinity
              ? undefined
              : setTimeout(resolve, Math.min(timeoutMs, TIMER_MS_MAX));
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wakeUp = null;
      rung = false;
    },
  };
}
