// What all `weir flow-logs` commands do alike: make a call and show its answer.
import type { CommandDeps } from './command-deps.ts';
import { dataFolder } from './data-flag.ts';
import { openFlowLogCalls, type FlowLogCalls, type OpenFlowLogFolder } from './flow-log-calls.ts';

/** `openFlowLogFolder` works on a folder without a daemon; without it a daemon is needed. */
export type FlowLogsDeps = CommandDeps & { readonly openFlowLogFolder?: OpenFlowLogFolder };

/** Makes one call on the data folder, which is free again when it is answered. */
export async function withCalls<Answer>(
  data: string | undefined,
  deps: FlowLogsDeps,
  call: (calls: FlowLogCalls) => Promise<Answer>,
): Promise<Answer> {
  const calls = await openFlowLogCalls(dataFolder(data, deps), deps.openFlowLogFolder);
  try {
    return await call(calls);
  } finally {
    await calls.close();
  }
}

/** Says what could not be done, and why; the exit code is 1 then. */
export function reportUnsuccessful(
  items: readonly { ResourceId: string; Error: { Code: string; Message: string } }[],
  deps: CommandDeps,
): void {
  for (const item of items) {
    deps.stderr.write(`weir: ${item.ResourceId}: ${item.Error.Message} (${item.Error.Code})\n`);
  }
  if (items.length > 0) deps.setExitCode(1);
}

/** Indented as the aws CLI prints it. */
export function printJson(answer: unknown, deps: CommandDeps): void {
  deps.stdout.write(`${JSON.stringify(answer, null, 4)}\n`);
}
