// Folders of tests under the system's temporary folder; each goes when its test ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What node:test gives to a test or hook. */
interface WithAfter {
  after(action: () => void): void;
}

/** A new empty folder, removed after the test. */
export function temporaryFolder(context: WithAfter): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'weir-test-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file with that content in a folder of its own, removed after the test; its path. */
export function temporaryFile(context: WithAfter, name: string, content: Uint8Array): string {
  const file = path.join(temporaryFolder(context), name);
  writeFileSync(file, content);
  return file;
}
