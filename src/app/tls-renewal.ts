// Follows the files of the certificate, so that a renewed one is used without a restart.
import { stat } from 'node:fs/promises';

import { toOperationError, type OperationError } from '../observe/operation-error.ts';
import { readTlsIdentity, type TlsFiles, type TlsIdentity } from './tls-identity.ts';

/** Certificate and key are two files: both are read once both have been still for so long. */
const LOOK_EVERY_MS = 2000;

export interface RenewalHandlers {
  /** Puts it to use; what it throws is told as a fault, and it is called again. */
  readonly onRenewed: (identity: TlsIdentity) => void;
  /** The files are of no use now, the old certificate stays; told once per fault. */
  readonly onFault: (fault: OperationError) => void;
}

export interface FollowedTls {
  /** As read at first. */
  readonly identity: TlsIdentity;
  /** Looks at the files from now on; stop() ends it, and no callback comes after. */
  follow(handlers: RenewalHandlers): void;
  stop(): void;
}

/**
 * Reads the files, then looks at them again and again; not by inotify, which does not tell of a
 * symbolic link's target (certbot, Kubernetes). A change that cannot be used is tried again at
 * each look.
 *
 * @throws OperationError when they are of no use
 */
export async function openTlsFiles(
  files: TlsFiles,
  lookEveryMs = LOOK_EVERY_MS,
): Promise<FollowedTls> {
  let used = await marksOf(files);
  let seen = used;
  let toldFault = '';
  const identity = await readTlsIdentity(files);
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const look = async ({ onRenewed, onFault }: RenewalHandlers): Promise<void> => {
    const now = await marksOf(files);
    const isStill = now === seen;
    seen = now;
    if (now === used || !isStill) return;
    try {
      const renewed = await readTlsIdentity(files);
      if (isStopped) return;
      onRenewed(renewed);
      used = now;
      toldFault = '';
    } catch (cause) {
      const fault = toOperationError(cause, 'Cannot use the renewed TLS certificate');
      if (!isStopped && fault.message !== toldFault) onFault(fault);
      toldFault = fault.message;
    }
  };
  return {
    identity,
    follow(handlers) {
      let isLooking = false;
      timer = setInterval(() => {
        if (isLooking) return;
        isLooking = true;
        void look(handlers).finally(() => (isLooking = false));
      }, lookEveryMs);
      timer.unref();
    },
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };
}

async function marksOf({ certificate, key }: TlsFiles): Promise<string> {
  return `${await markOf(certificate)}, ${await markOf(key)}`;
}

/** Changes whenever the file may have changed, its rights included; empty when there is none. */
async function markOf(file: string): Promise<string> {
  try {
    const { ctimeMs, mtimeMs, size, ino } = await stat(file);
    return `${ctimeMs} ${mtimeMs} ${size} ${ino}`;
  } catch {
    // Why not is found when it is read.
    return '';
  }
}
