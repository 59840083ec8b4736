// The checks of `weir doctor`: each looks at one thing and says how it is and what to do.
import { readdirSync, statSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import type { DataPaths } from '../config/index.ts';
import { captureHint, readCapabilities } from '../kernel/index.ts';
import type { DaemonStatus } from '../observe/index.ts';
import { listSegments } from '../spine/segment.ts';
import { byteText, groupedNumber } from './number-text.ts';

export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** What to do; null when there is nothing to do. */
  readonly advice: string | null;
}

/** What the checks look at. */
export interface Examined {
  readonly paths: DataPaths;
  /** Null when no daemon serves the folder. */
  readonly status: DaemonStatus | null;
  /** Why the daemon did not answer although it runs; null otherwise. */
  readonly daemonFault: string | null;
  /** Records in the store; null when it cannot be read. */
  readonly recordCount: number | null;
  readonly nowMs: number;
}

const FREE_BYTES_FAIL = 256 * 2 ** 20;
const FREE_BYTES_WARN = 2 * 2 ** 30;
const DELAY_SECONDS_WARN = 900;
const DAY_MS = 86_400_000;
/** Or a third of its time, when that is less. */
const CERTIFICATE_MS_WARN = 14 * DAY_MS;

/** All checks, in the order in which they are shown. */
export function examine(examined: Examined): Check[] {
  return [
    checkNode(),
    checkKernel(),
    checkCapabilities(examined),
    checkDaemon(examined),
    ...checkCertificate(examined),
    ...checkInterfaces(examined),
    checkVerdicts(),
    checkStore(examined),
    checkDisk(examined),
    ...checkFlowLogs(examined),
    checkClock(examined),
  ];
}

function ok(name: string, detail: string): Check {
  return { name, state: 'ok', detail, advice: null };
}

function warn(name: string, detail: string, advice: string): Check {
  return { name, state: 'warn', detail, advice };
}

function fail(name: string, detail: string, advice: string): Check {
  return { name, state: 'fail', detail, advice };
}

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const detail = `Node ${process.versions.node}`;
  const isEnough = major > 20 || (major === 20 && minor >= 19);
  return isEnough ? ok('node', detail) : fail('node', detail, 'install Node 20.19 or newer');
}

function checkKernel(): Check {
  const detail = `${os.type()} ${os.release()} ${os.arch()}`;
  if (os.platform() === 'linux') return ok('kernel', detail);
  return warn('kernel', detail, 'live capture needs Linux; replay and query work here');
}

function checkCapabilities({ status }: Examined): Check {
  const capabilities = readCapabilities();
  if (capabilities.netRaw) {
    const more = capabilities.sysAdmin ? ', CAP_SYS_ADMIN (for --netns)' : '';
    return ok('capabilities', `CAP_NET_RAW${more}`);
  }
  const detail = 'no CAP_NET_RAW here';
  if (status?.capture.state === 'capturing') {
    return ok('capabilities', `${detail}; the running weir has it`);
  }
  return warn('capabilities', `${detail}: no live capture`, captureHint());
}

function checkDaemon({ status, daemonFault, paths }: Examined): Check {
  if (daemonFault !== null) return fail('daemon', daemonFault, 'look at its log, then restart it');
  if (status === null) {
    return warn('daemon', 'none runs on this folder', `weir up --data ${paths.root}`);
  }
  const minutes = Math.floor((status.nowMs - status.startedMs) / 60_000);
  return ok('daemon', `process ${status.pid} on ${status.listen}, up ${minutes} min`);
}

function checkCertificate({ status, nowMs }: Examined): Check[] {
  if (status === null || status.certificate === null) return [];
  const { validFromMs, validUntilMs, fault } = status.certificate;
  const until = timeText(validUntilMs / 1000);
  const remedy = 'renew the files of tls.certificate and tls.key; weir takes them by itself';
  if (validUntilMs <= nowMs) return [fail('certificate', `expired at ${until}`, remedy)];
  if (validFromMs > nowMs) {
    const early = `valid from ${timeText(validFromMs / 1000)} only`;
    return [fail('certificate', early, 'look at the clock of this host')];
  }
  const days = Math.floor((validUntilMs - nowMs) / DAY_MS);
  const detail = `valid until ${until}, ${days} days`;
  if (fault !== null) {
    return [warn('certificate', `${detail}; the files of now are not in use: ${fault}`, remedy)];
  }
  const soonMs = Math.min(CERTIFICATE_MS_WARN, (validUntilMs - validFromMs) / 3);
  if (validUntilMs - nowMs < soonMs) return [warn('certificate', detail, remedy)];
  return [ok('certificate', detail)];
}

function checkInterfaces({ status }: Examined): Check[] {
  if (status === null) return [];
  const { capture } = status;
  if (capture.state === 'off') {
    return [warn('capture', capture.reason ?? 'off', 'restart weir once that is settled')];
  }
  if (capture.interfaces.length === 0) {
    const advice = 'name one with --interface, or give an interface an address';
    return [warn('capture', 'no interface is captured', advice)];
  }
  return capture.interfaces.map((entry) => {
    const where = entry.netns === null ? '' : ` in ${entry.netns}`;
    const ids = [entry.interfaceId, entry.subnetId, entry.vpcId].filter((id) => id !== null);
    const counts =
      `${entry.name}${where} (${ids.join(', ') || 'unknown to the inventory'}): ` +
      `${groupedNumber(entry.packets)} packets, ${groupedNumber(entry.drops)} dropped`;
    if (entry.drops === 0) return ok('capture', counts);
    return warn('capture', counts, 'raise capture.ringBytes, or give weir more of a core');
  });
}

function checkVerdicts(): Check {
  return warn(
    'verdicts',
    'none: every record says ACCEPT',
    'nothing to do; this release has no source of rejected packets',
  );
}

function checkStore({ status, recordCount, paths, nowMs }: Examined): Check {
  if (status?.store.failure) {
    return fail('store', status.store.failure, 'free space or repair the disk; weir tries again');
  }
  let names: string[];
  try {
    names = readdirSync(paths.store);
  } catch (cause) {
    if (isMissing(cause)) return warn('store', 'empty: no record was stored yet', 'weir up');
    return fail('store', `cannot be read: ${String(cause)}`, 'check the rights of the folder');
  }
  const { current, foreign } = listSegments(names);
  const first = current[0];
  const last = current.at(-1);
  if (first === undefined || last === undefined) {
    return ok('store', 'empty: the first window is stored a minute after the start');
  }
  const byteCount = current.reduce((sum, segment) => sum + sizeOf(paths.store, segment.name), 0);
  const oldest = Math.min(...current.map((segment) => segment.windowStart));
  const newest = Math.max(...current.map((segment) => segment.windowEnd));
  const records = recordCount === null ? 'an unknown number of' : groupedNumber(recordCount);
  const detail =
    `${records} records, sequences ${first.firstSequence} to ${last.lastSequence}, ` +
    `${byteText(byteCount)} in ${current.length} segments, ` +
    `${timeText(oldest)} to ${timeText(newest)}`;
  if (recordCount === null) {
    return fail('store', detail, 'weir query "SELECT count(*) FROM flow_logs" says why');
  }
  if (status !== null && status.store.lostWindows > 0) {
    const lost = `${status.store.lostWindows} windows could not be stored since the start`;
    return warn('store', `${detail}; ${lost}`, 'see the log for when and why');
  }
  if (foreign.length > 0 && status === null) {
    return warn('store', `${detail}; ${foreign.length} other files`, 'a start of weir clears them');
  }
  const ageSeconds = nowMs / 1000 - newest;
  if (status?.capture.state === 'capturing' && ageSeconds > 3 * status.windowSeconds + 30) {
    const age = `nothing stored for ${Math.round(ageSeconds)} s`;
    return warn('store', `${detail}; ${age}`, 'see the log of weir');
  }
  return ok('store', detail);
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

function sizeOf(folder: string, name: string): number {
  // A segment may be merged away while we look.
  return statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
}

function checkDisk({ paths }: Examined): Check {
  let folder = paths.root;
  while (statSync(folder, { throwIfNoEntry: false }) === undefined) folder = path.dirname(folder);
  const { bavail, bsize, blocks } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  const share = blocks === 0 ? 0 : Math.round((bavail / blocks) * 100);
  const detail = `${byteText(freeBytes)} free (${share} %) at ${folder}`;
  const advice = 'free space, or lower store.maxBytes';
  if (freeBytes < FREE_BYTES_FAIL) return fail('disk', detail, advice);
  return freeBytes < FREE_BYTES_WARN ? warn('disk', detail, advice) : ok('disk', detail);
}

function checkFlowLogs({ status }: Examined): Check[] {
  if (status === null) return [];
  if (status.flowLogs.length === 0) {
    const advice = 'weir flow-logs create --help';
    return [warn('flow logs', 'none: records are stored, not delivered', advice)];
  }
  return status.flowLogs.map((entry) => {
    const subject = [entry.resourceId, ...(entry.trafficType === null ? [] : [entry.trafficType])];
    const counts =
      `${entry.flowLogId} (${subject.join(', ')}) to ` +
      `${entry.logDestination}: ${groupedNumber(entry.records)} records in ` +
      `${groupedNumber(entry.files)} files, ${entry.backlogWindows} windows waiting`;
    if (entry.cause !== null)
      return fail(
        'flow logs',
        `${counts}; ${entry.cause}`,
        'once that is put right, delivery goes on where it stopped',
      );
    if (entry.delaySeconds > DELAY_SECONDS_WARN) {
      return warn('flow logs', `${counts} for ${entry.delaySeconds} s`, 'see the log of weir');
    }
    return ok('flow logs', counts);
  });
}

function checkClock({ paths, nowMs }: Examined): Check {
  const now = timeText(nowMs / 1000);
  const newest = Math.max(0, ...segmentsOf(paths).map((segment) => segment.windowEnd));
  if (newest > nowMs / 1000 + 120) {
    return fail(
      'clock',
      `${now}, but the store has records until ${timeText(newest)}`,
      'set the clock (chrony or systemd-timesyncd)',
    );
  }
  if (statSync('/run/systemd/timesync/synchronized', { throwIfNoEntry: false }) !== undefined) {
    return ok('clock', `${now}, synchronised`);
  }
  return ok('clock', now);
}

function segmentsOf(paths: DataPaths): ReturnType<typeof listSegments>['current'] {
  try {
    return listSegments(readdirSync(paths.store)).current;
  } catch {
    // Whether the store can be read is a check of its own.
    return [];
  }
}

function timeText(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 19)}Z`;
}
