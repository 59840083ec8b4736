// `weir env`: the variables by which AWS clients find Weir and sign for it, for the shell's eval.
import { Option, type Command } from 'commander';

import type { DaemonNote } from '../config/data-folder.ts';
import { formatListen } from '../config/listen.ts';
import type { CommandDeps } from './command-deps.ts';
import { requireDaemon } from './control-client.ts';
import { dataFolder } from './data-flag.ts';
import { readEnvironmentKey, type SecretKey } from './key-calls.ts';
import { SHELLS, shellLines, type Shell, type Variables } from './shell-lines.ts';

interface EnvFlags {
  readonly data?: string;
  readonly key?: string;
  readonly shell: Shell;
}

/** Adds the command to the program. */
export function registerEnv(program: Command, deps: CommandDeps): void {
  program
    .command('env')
    .summary('print what sets a shell up for AWS clients: eval "$(weir env)"')
    .description(
      'Prints the lines that point AWS clients (CLI, SDKs, Terraform, CDK) to the running Weir ' +
        "and give them an access key. The key may do everything unless --key names another's.",
    )
    .option('--key <id>', "this access key instead of user default's")
    .addOption(
      new Option('--shell <name>', 'whose syntax; bash is for every POSIX shell')
        .choices(SHELLS)
        .default('bash'),
    )
    .option('--data <dir>', 'folder of everything that is kept (default ./weir-data)')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  eval "$(weir env)" && aws ec2 describe-flow-logs\n' +
        '  weir env --shell fish | source\n' +
        '\nAn aws CLI older than 2.13 does not read AWS_ENDPOINT_URL; give it the address:\n' +
        '  aws --endpoint-url "$AWS_ENDPOINT_URL" ec2 describe-flow-logs\n' +
        '\nWhere Weir speaks HTTPS by a self-signed certificate, AWS_CA_BUNDLE and\n' +
        'NODE_EXTRA_CA_CERTS name its file; for any other they stay as they are.',
    )
    .action((flags: EnvFlags) => printEnvironment(flags, deps));
}

async function printEnvironment(flags: EnvFlags, deps: CommandDeps): Promise<void> {
  const client = requireDaemon(dataFolder(flags.data, deps));
  const key = await readEnvironmentKey(client, flags.key ?? null);
  const variables: Variables = [
    ...endpointVariables(client.note()),
    ...keyVariables(key),
    ['AWS_REGION', key.Region],
    ['AWS_DEFAULT_REGION', key.Region],
  ];
  deps.stdout.write(shellLines(variables, flags.shell));
  if (deps.stdout.isTTY === true && flags.shell === 'bash') {
    deps.stderr.write('weir: to set this shell up: eval "$(weir env)"\n');
  }
}

/**
 * Where the daemon is. A certificate that no authority vouches for is one that clients have to be
 * told of; for another one their own authorities, or variables set already, are left as they are.
 */
export function endpointVariables({
  host,
  port,
  tls,
}: Pick<DaemonNote, 'host' | 'port' | 'tls'>): Variables {
  if (tls === undefined) return [['AWS_ENDPOINT_URL', `http://${formatListen({ host, port })}`]];
  const endpoint = `https://${formatListen({ host: tls.name, port })}`;
  if (tls.trustFile === null) return [['AWS_ENDPOINT_URL', endpoint]];
  return [
    ['AWS_ENDPOINT_URL', endpoint],
    // The aws CLI and most SDKs; Node's has no variable of AWS's.
    ['AWS_CA_BUNDLE', tls.trustFile],
    ['NODE_EXTRA_CA_CERTS', tls.trustFile],
  ];
}

/** A key pair as AWS clients read it; without a token, one of an earlier key is taken away. */
export function keyVariables(key: SecretKey): Variables {
  return [
    ['AWS_ACCESS_KEY_ID', key.AccessKeyId],
    ['AWS_SECRET_ACCESS_KEY', key.SecretAccessKey],
    ['AWS_SESSION_TOKEN', key.SessionToken ?? null],
  ];
}
