// `weir query`: SQL over the stored records. Reads the store's files itself, whether or not a
// daemon writes them at the same time.
import { existsSync } from 'node:fs';
import { once } from 'node:events';

import { type Command, Option } from 'commander';

import { dataPaths } from '../config/data-folder.ts';
import { OperationError } from '../observe/operation-error.ts';
import type { CommandDeps, OutputStream } from './command-deps.ts';
import { dataFolder } from './data-flag.ts';
import { OUTPUT_FORMATS, type OutputFormat, createRowPrinter } from './table-output.ts';

const EXAMPLES = `
The table is flow_logs: AWS's field names with underscores, NULL where a record shows "-".
in_cidr(srcaddr, '10.0.0.0/8') tests address blocks; DESCRIBE flow_logs lists the columns.

Examples:
  Who sends the most?
    weir query 'SELECT srcaddr, dstaddr, sum(bytes) AS bytes FROM flow_logs
      GROUP BY ALL ORDER BY bytes DESC LIMIT 10'
  What is rejected, by port?
    weir query "SELECT dstport, count(*) AS records FROM flow_logs
      WHERE action = 'REJECT' GROUP BY dstport ORDER BY records DESC"
  The last hour's traffic from one network, for a program:
    weir query --format json "SELECT * FROM flow_logs
      WHERE in_cidr(srcaddr, '10.1.0.0/16') AND \\"end\\" > epoch(now()) - 3600"
`;

interface QueryFlags {
  readonly format: OutputFormat;
  readonly data?: string;
}

/** Adds the command to the program. */
export function registerQuery(program: Command, deps: CommandDeps): void {
  program
    .command('query')
    .summary('ask the stored records by SQL (table flow_logs)')
    .description('Runs one SQL query (DuckDB) over the stored records and prints its rows.')
    .argument('<sql>', 'a single SELECT, WITH, DESCRIBE, SUMMARIZE or EXPLAIN')
    .addOption(
      new Option('--format <format>', 'how rows are printed')
        .choices(OUTPUT_FORMATS)
        .default('table'),
    )
    .option('--data <dir>', 'folder of everything that is kept (default ./weir-data)')
    .addHelpText('after', EXAMPLES)
    .action((sql: string, flags: QueryFlags) => runQuery(sql, flags, deps));
}

async function runQuery(sql: string, flags: QueryFlags, deps: CommandDeps): Promise<void> {
  const folder = dataFolder(flags.data, deps);
  const { store, root } = dataPaths(folder);
  if (!existsSync(store)) {
    throw new OperationError(
      'not-found',
      `There are no records in "${root}": start weir up there, or name another folder with --data`,
    );
  }
  // Not at the top: DuckDB takes longer to load than `weir query --help` may.
  const { openReader } = await import('../query/index.ts');
  const reader = await openReader({ storeDirectory: store });
  try {
    const result = await reader.stream(sql);
    const printer = createRowPrinter(flags.format, result.columns);
    const output = quietOutput(deps.stdout);
    let rowCount = 0;
    for await (const rows of result.rows) {
      rowCount += rows.length;
      if (!(await output(printer.rows(rows)))) return;
    }
    if (!(await output(printer.end()))) return;
    deps.stderr.write(`${rowCount} ${rowCount === 1 ? 'row' : 'rows'}\n`);
  } finally {
    reader.close();
  }
}

/** Writes to the stream at its pace; false once nobody reads any more, as in `| head`. */
function quietOutput(stream: OutputStream): (text: string) => Promise<boolean> {
  let isGone = false;
  let fault: Error | null = null;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    isGone = true;
    if (error.code !== 'EPIPE') fault = error;
  });
  return async (text) => {
    if (!isGone && text !== '' && !stream.write(text)) {
      // Rejects with the stream's error, which the listener above has judged.
      await once(stream, 'drain').catch(() => undefined);
    }
    if (fault !== null)
      throw new OperationError('failed', `Cannot write the rows: ${String(fault)}`);
    return !isGone;
  };
}
