// For whom a flow-log operation works.

export interface CallScope {
  /**
   * Region of the caller's credential scope: what is elsewhere does not exist for the call. Null
   * where Weir's own commands call (command line, control port), which see every region and may
   * write the log formats `default` and `all`, which no AWS client may.
   */
  readonly region: string | null;
}

/** The scope of Weir's own commands. */
export const OWN_COMMANDS: CallScope = { region: null };

export function isInScope(region: string, scope: CallScope): boolean {
  return scope.region === null || scope.region === region;
}
