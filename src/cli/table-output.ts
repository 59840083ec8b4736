// Rows as text: an aligned table for people, CSV (RFC 4180) and JSON for programs. Each takes rows
// in pieces and gives text in pieces, so that a result need not fit in memory.
import type { QueryColumn, QueryValue } from '../query/index.ts';
import { printable } from './terminal-text.ts';

export type OutputFormat = 'table' | 'csv' | 'json';
export const OUTPUT_FORMATS: readonly OutputFormat[] = ['table', 'csv', 'json'];

type Rows = readonly (readonly QueryValue[])[];

/** Turns rows into text. */
export interface RowPrinter {
  rows(rows: Rows): string;
  /** What is left to be printed after the last row. */
  end(): string;
}

export function createRowPrinter(
  format: OutputFormat,
  columns: readonly QueryColumn[],
): RowPrinter {
  switch (format) {
    case 'table':
      return createTablePrinter(columns);
    case 'csv':
      return createCsvPrinter(columns);
    case 'json':
      return createJsonPrinter(columns);
  }
}

/** Columns are as wide as these many first rows need; a wider value later pushes its line out. */
const MEASURED_ROWS = 5000;
const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/;

function createTablePrinter(columns: readonly QueryColumn[]): RowPrinter {
  const isNumber = columns.map(({ type }) => NUMBER.test(type));
  const heading = columns.map(({ name }) => printable(name));
  let widths: readonly number[] | null = null;
  let held: string[][] = [];
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, index) => {
        const width = widths?.[index] ?? 0;
        return isNumber[index] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd()}\n`;
  const release = (): string => {
    if (widths !== null) return '';
    const texts = [heading, ...held];
    widths = heading.map((_, index) =>
      texts.reduce((width, cells) => Math.max(width, cells[index]?.length ?? 0), 1),
    );
    const rule = widths.map((width) => '-'.repeat(width));
    held = [];
    return [heading, rule, ...texts.slice(1)].map(line).join('');
  };
  return {
    rows: (rows) => {
      const texts = rows.map((row) => row.map(cellText));
      if (widths !== null) return texts.map(line).join('');
      held.push(...texts);
      return held.length < MEASURED_ROWS ? '' : release();
    },
    end: release,
  };
}

/** A cell shows NULL as records do, and never a line end. */
function cellText(value: QueryValue): string {
  return value === null ? '-' : printable(plainText(value));
}

function plainText(value: QueryValue): string {
  return typeof value === 'object' ? JSON.stringify(value, replaceBigint) : String(value);
}

function createCsvPrinter(columns: readonly QueryColumn[]): RowPrinter {
  const line = (cells: readonly string[]): string => `${cells.map(csvField).join(',')}\r\n`;
  let text = line(columns.map(({ name }) => name));
  return {
    rows: (rows) => {
      const cells = rows.map((row) =>
        line(row.map((value) => (value === null ? '' : plainText(value)))),
      );
      const all = text + cells.join('');
      text = '';
      return all;
    },
    end: () => text,
  };
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function createJsonPrinter(columns: readonly QueryColumn[]): RowPrinter {
  const names = distinctNames(columns);
  let count = 0;
  return {
    rows: (rows) =>
      rows
        .map((row) => {
          const entries = names.map((name, index): [string, QueryValue] => [
            name,
            row[index] ?? null,
          ]);
          count += 1;
          const text = JSON.stringify(Object.fromEntries(entries), replaceBigint);
          return `${count === 1 ? '[\n' : ',\n'}${text}`;
        })
        .join(''),
    end: () => (count === 0 ? '[]\n' : '\n]\n'),
  };
}

/** An object holds each name once: a second column of the same name becomes `name_2`. */
function distinctNames(columns: readonly QueryColumn[]): string[] {
  const seen = new Set<string>();
  return columns.map(({ name }) => {
    let distinct = name;
    for (let number = 2; seen.has(distinct); number += 1) distinct = `${name}_${number}`;
    seen.add(distinct);
    return distinct;
  });
}

/** An integer that a JSON number cannot hold exactly becomes a string. */
function replaceBigint(_: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
