// What every command gets from the composition root, so that no command reads the environment,
// the clock or the daemon's code by itself and each can be tried in a test.
import type { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';

/** An output stream; the terminal members are those of tty.WriteStream. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** What `weir up` was asked for on its command line; undefined where the flag was not given. */
export interface UpFlags {
  readonly data?: string;
  readonly listen?: string;
  readonly interface?: readonly string[];
  readonly netns?: readonly string[];
  readonly config?: string;
  readonly inventory?: string;
  readonly logTo?: string;
}

export interface CommandDeps {
  /** Keys of full-screen commands. */
  readonly stdin: ReadStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Runs the daemon until it is told to stop; resolves with the exit code. */
  readonly runDaemon: (flags: UpFlags) => Promise<number>;
  /** Runs `weir replay`, which parses its own arguments; resolves with the exit code. */
  readonly runReplay: (argv: string[]) => Promise<number>;
  /** A command that is done and yet did not succeed (doctor) says so here; 0 otherwise. */
  readonly setExitCode: (code: number) => void;
}
