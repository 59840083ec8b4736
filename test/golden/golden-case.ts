// What a case folder's make.ts exports.

export interface GoldenCase {
  /** Arguments of `weir replay` besides the capture; INVENTORY stands for the folder's file. */
  readonly args: readonly string[];
  readonly capture: () => Uint8Array;
}

/** Stands for the path of inventory.yaml in the case's folder. */
export const INVENTORY = '{inventory}';
