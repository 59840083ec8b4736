import { OperationError } from '../observe/operation-error.ts';

/** Keys and indexes from the file's top to the place of a fault. */
export type FilePath = readonly (string | number)[];

/** One thing that is wrong with an inventory file. */
export interface InventoryFault {
  /** e.g. `enis[3].mac`; empty for the file as a whole. */
  readonly path: string;
  /** 1-based line, or null when the text has no lines to speak of. */
  readonly line: number | null;
  /** What is wrong there and what to write instead. */
  readonly message: string;
}

/** The inventory file is wrong; the message states the first fault, `faults` has all of them. */
export class InventoryError extends OperationError {
  readonly faults: readonly InventoryFault[];

  constructor(file: string, faults: readonly InventoryFault[]) {
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    const first = faults[0];
    const what = first === undefined ? 'is wrong' : describeFault(first);
    super('invalid-input', `Cannot use inventory "${file}": ${what}${more}`);
    this.name = 'InventoryError';
    this.faults = faults;
  }
}

/** The fault as one line, e.g. `line 12: enis[3].mac "x" is no MAC address`. */
export function describeFault(fault: InventoryFault): string {
  const place = fault.line === null ? '' : `line ${fault.line}: `;
  return `${place}${fault.path === '' ? '' : `${fault.path} `}${fault.message}`;
}

/** A path as a person writes it. */
export function pathText(path: FilePath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** Takes faults while a file is read; all are told at once. */
export interface FaultList {
  add(path: FilePath, message: string): void;
}
