// `weir up`: the flags of the daemon. What it does is in app/daemon.ts.
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import type { CommandDeps, UpFlags } from './command-deps.ts';

export function registerUp(program: Command, deps: CommandDeps): void {
  program
    .command('up')
    .summary('capture, keep and deliver flow records')
    .description(
      'Captures the packets of this host, meters them in windows of 60 s, keeps the records and ' +
        'delivers them to the flow logs. SIGINT or SIGTERM stops it, a second one at once.',
    )
    .option('--data <dir>', 'folder of everything that is kept (default ./weir-data)')
    .option('--listen <host:port>', 'address of the HTTP port (default 127.0.0.1:7717)')
    .option('--interface <name>', 'capture only this interface; may be repeated', collect)
    .option('--netns <name|path>', 'observe this network namespace too; may be repeated', collect)
    .option('--config <file>', 'YAML file of settings; see: weir config dump')
    .option('--inventory <file>', 'YAML file that declares VPCs, subnets and interfaces')
    .option('--log-to <bucket>', 'create a flow log to this bucket when there is none yet', bucket)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  weir up --log-to my-bucket\n' +
        '  weir up --interface eth0 --interface wg0 --data /var/lib/weir\n' +
        '  weir up --netns blue --listen 127.0.0.1:7800\n' +
        '\nIt listens on 127.0.0.1 only, unless the settings tls.certificate and tls.key name a\n' +
        'certificate (WEIR_TLS_CERTIFICATE, WEIR_TLS_KEY). Then the port speaks HTTPS:\n' +
        '  WEIR_TLS_CERTIFICATE=weir.pem WEIR_TLS_KEY=weir.key weir up --listen 0.0.0.0:7717\n' +
        'How to make one, and what other machines may then ask: docs/reference/tls.md',
    )
    .action(async (flags: UpFlags) => {
      deps.setExitCode(await deps.runDaemon(flags));
    });
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** S3 bucket names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function bucket(value: string): string {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) && !value.includes('..')) return value;
  throw new InvalidArgumentError('A bucket name has 3 to 63 of a-z, 0-9, "." and "-"');
}
