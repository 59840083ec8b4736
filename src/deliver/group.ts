// Which committed windows go together. Commits are taken in the order of their sequence; those of
// one publishing period (a window, five minutes, ten minutes) that follow each other are a group.
//
//   sequence   7     8     9    10    11    12
//   window   12:00 12:01 12:02 12:03 12:04 12:05      publishing period 300 s
//            |------------- group 7..11 ----| 12..
import type { AggregationSeconds } from '../aws/flow-log.ts';
import type { Cursor } from './cursor.ts';
import type { CommittedWindow } from './record-reader.ts';

export interface Group {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Unix seconds; the newest end among its windows. */
  readonly end: number;
  /** More commits may come to look as if they belonged to it; its end must be noted first. */
  readonly mayGrow: boolean;
  /** Records of all interfaces together. */
  readonly rowCount: number;
}

export interface GroupRules {
  readonly periodSeconds: number;
  /** Unix seconds; past this moment a period is closed though its last window is missing. */
  readonly closedBefore: number;
  /** The settings of the flow log change after this sequence; no group goes beyond. */
  readonly untilSequence: number;
  /** All commits up to `untilSequence` are there. */
  readonly isUntilPassed: boolean;
}

/**
 * How long the commits of one group may span.
 *
 * @param publishSeconds how often flow logs of 60 s publish
 */
export function publishingPeriod(
  aggregationSeconds: AggregationSeconds,
  publishSeconds: number,
): number {
  // Base windows shorter than a minute may be published as they close.
  return aggregationSeconds === 60 ? publishSeconds : Math.max(aggregationSeconds, publishSeconds);
}

/**
 * The next group to deliver, or null while its period is open.
 *
 * @param following ascending, all after the cursor
 */
export function nextGroup(
  cursor: Cursor,
  following: readonly CommittedWindow[],
  rules: GroupRules,
): Group | null {
  const commits = following.filter((commit) => commit.sequence <= rules.untilSequence);
  const first = commits[0];
  if (first === undefined) return null;
  const begun = cursor.groupEndSequence;
  if (begun !== null && begun > cursor.deliveredSequence) {
    const members = commits.filter((commit) => commit.sequence <= begun);
    return groupOf(members, first, false, begun);
  }
  if (first.windowSeconds >= rules.periodSeconds) {
    // The window is the period: each commit by itself, so that a group never depends on when it
    // is looked at.
    return groupOf([first], first, false, first.sequence);
  }
  const period = periodOf(first, rules);
  const other = commits.findIndex((commit) => periodOf(commit, rules) !== period);
  const members = other < 0 ? commits : commits.slice(0, other);
  const last = members.at(-1) ?? first;
  const periodEnd = (period + 1) * rules.periodSeconds;
  const isOver = endOf(last) >= periodEnd || periodEnd <= rules.closedBefore;
  const closed = other >= 0 || rules.isUntilPassed || isOver;
  return closed ? groupOf(members, first, other < 0, last.sequence) : null;
}

/** Unix seconds of the window's end. */
export function endOf(commit: CommittedWindow): number {
  return commit.windowStart + commit.windowSeconds;
}

function periodOf(commit: CommittedWindow, rules: GroupRules): number {
  return Math.floor(commit.windowStart / rules.periodSeconds);
}

function groupOf(
  members: readonly CommittedWindow[],
  first: CommittedWindow,
  mayGrow: boolean,
  lastSequence: number,
): Group {
  const end = members.reduce((newest, member) => Math.max(newest, endOf(member)), endOf(first));
  const rowCount = members.reduce((sum, member) => sum + member.rowCount, 0);
  return { firstSequence: first.sequence, lastSequence, end, mayGrow, rowCount };
}
