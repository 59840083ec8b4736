// Text of the query protocols to scalar values, and instants to the one spelling used inside.
import { quotable, TEXT_CHARACTERS_MAX } from './bounds.ts';
import type { ScalarKind } from './shape.ts';
import { AwsError } from '../aws-error.ts';

const INTEGER_MAX = 2_147_483_647;

/**
 * Reads the text of a parameter.
 *
 * @param parameter as the client wrote it, e.g. `Filter.1.Value.2`
 * @returns text, number, boolean or, of a timestamp, ISO 8601 with milliseconds, UTC
 * @throws AwsError `InvalidParameterValue`
 */
export function readScalar(
  kind: ScalarKind,
  text: string,
  parameter: string,
): string | number | boolean {
  if (text.length > TEXT_CHARACTERS_MAX) {
    throw invalid(text, parameter, `Expecting at most ${TEXT_CHARACTERS_MAX} characters.`);
  }
  switch (kind) {
    case 'string':
      return text;
    case 'boolean':
      return readFlag(text, parameter);
    case 'integer':
      return readInteger(text, parameter);
    case 'timestamp':
      return readInstant(text) ?? fail(text, parameter, 'Expecting an ISO 8601 timestamp.');
  }
}

// Unverified: that AWS takes `True` as well; clients in Python send it.
function readFlag(text: string, parameter: string): boolean {
  const word = text.toLowerCase();
  if (word === 'true') return true;
  if (word === 'false') return false;
  return fail(text, parameter, 'Expecting true or false.');
}

function readInteger(text: string, parameter: string): number {
  const value = /^-?[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (Math.abs(value) <= INTEGER_MAX) return value;
  return fail(text, parameter, 'Expecting an integer.');
}

const INSTANT =
  /^(\d{4}-\d\d-\d\d)(?:[Tt](\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?([Zz]|[+-]\d\d:?\d\d)?)?$/;

/**
 * ISO 8601 text as ISO 8601 with milliseconds, UTC; a date alone is its midnight. Null when it
 * names no instant.
 */
export function readInstant(text: string): string | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [, date = '', time = '00:00', fraction = '', zone = 'Z'] = match;
  const seconds = time.length === 5 ? ':00' : '';
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const milliseconds = fraction.slice(0, 4);
  const instantMs = Date.parse(`${date}T${time}${seconds}${milliseconds}${offset}`);
  if (Number.isNaN(instantMs) || !isCalendarDate(date)) return null;
  return new Date(instantMs).toISOString();
}

/** Date.parse takes the 30th of February for the 2nd of March. */
function isCalendarDate(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** Seconds since 1970, as the JSON protocol has instants, to ISO 8601; null out of range. */
export function instantOfSeconds(seconds: number): string | null {
  const instantMs = Math.round(seconds * 1000);
  return Math.abs(instantMs) <= 8.64e15 ? new Date(instantMs).toISOString() : null;
}

function fail(text: string, parameter: string, expected: string): never {
  throw invalid(text, parameter, expected);
}

// Unverified: the first sentence is EC2's; what it says after it differs from call to call.
function invalid(text: string, parameter: string, expected: string): AwsError {
  const message = `Value (${quotable(text)}) for parameter ${quotable(parameter)} is invalid.`;
  return new AwsError('InvalidParameterValue', 400, `${message} ${expected}`);
}
