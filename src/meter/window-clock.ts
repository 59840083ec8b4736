// Which windows are open, and when they close. Two at most: the newest, and one older that still
// waits for late packets. Windows are aligned to the clock. A packet older than both opens its own
// window again in the place of the older one, so that nothing is lost to a clock that steps back
// or to captures that were concatenated; it is then a further part of that window.

export interface OpenWindow {
  /** Table of the flow cache, 0 or 1. */
  table: 0 | 1;
  /** Unix seconds, a multiple of the window's length. */
  readonly start: number;
}

export interface WindowClockOptions {
  readonly windowSeconds: number;
  /** How long a window stays open after its end, whole seconds, less than windowSeconds. */
  readonly latenessSeconds: number;
  /** Called before a window's table is used for another, with the other open window. */
  readonly onClose: (window: OpenWindow, other: OpenWindow | undefined) => void;
  /** Called when a window was given a table, which must then be emptied for it. */
  readonly onOpen: (window: OpenWindow) => void;
}

export class WindowClock {
  readonly #options: WindowClockOptions;
  #open: OpenWindow[] = [];

  constructor(options: WindowClockOptions) {
    this.#options = options;
  }

  get openWindows(): readonly OpenWindow[] {
    return this.#open;
  }

  /**
   * The window that a packet of that second belongs to, opening and closing what that asks for.
   *
   * @returns the window, and the first second in it that must be asked about again
   */
  at(second: number): { window: OpenWindow; limitSeconds: number } {
    const { windowSeconds, latenessSeconds } = this.#options;
    const start = second - (second % windowSeconds);
    for (const window of this.#open) {
      if (window.start + windowSeconds + latenessSeconds <= second) this.close(window);
    }
    const window = this.#open.find((candidate) => candidate.start === start) ?? this.#openAt(start);
    const older = this.#open.some((candidate) => candidate.start < start);
    return {
      window,
      limitSeconds: older && second < start + latenessSeconds ? latenessSeconds : windowSeconds,
    };
  }

  /** Closes what ended before that second, and what lies more than a window in its future. */
  closeBefore(second: number): void {
    const { windowSeconds, latenessSeconds } = this.#options;
    for (const window of this.#open) {
      const ended = window.start + windowSeconds + latenessSeconds <= second;
      if (ended || window.start > second + windowSeconds) this.close(window);
    }
  }

  closeAll(): void {
    for (const window of this.#open.toSorted((a, b) => a.start - b.start)) this.close(window);
  }

  close(window: OpenWindow): void {
    this.#open = this.#open.filter((candidate) => candidate !== window);
    this.#options.onClose(window, this.#open[0]);
  }

  #openAt(start: number): OpenWindow {
    if (this.#open.length === 2) {
      const [first, second] = this.#open as [OpenWindow, OpenWindow];
      this.close(first.start < second.start ? first : second);
    }
    const table = this.#open[0]?.table === 0 ? 1 : 0;
    const window: OpenWindow = { table, start };
    this.#open = [...this.#open, window];
    this.#options.onOpen(window);
    return window;
  }
}
