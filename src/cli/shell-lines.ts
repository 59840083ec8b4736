// Environment variables as lines that a shell evaluates.

export type Shell = 'bash' | 'fish' | 'powershell' | 'json';
export const SHELLS: readonly Shell[] = ['bash', 'fish', 'powershell', 'json'];

/** Names to values, in order; null unsets, so that nothing of an earlier set-up stays behind. */
export type Variables = readonly (readonly [name: string, value: string | null])[];

/** The lines that set the variables; `bash` is what every POSIX shell reads, `json` one object. */
export function shellLines(variables: Variables, shell: Shell): string {
  if (shell === 'json') {
    const set = variables.filter(([, value]) => value !== null);
    return `${JSON.stringify(Object.fromEntries(set), null, 4)}\n`;
  }
  return variables.map(([name, value]) => `${line(name, value, shell)}\n`).join('');
}

function line(name: string, value: string | null, shell: Exclude<Shell, 'json'>): string {
  switch (shell) {
    case 'bash':
      return value === null
        ? `unset ${name}`
        : `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`;
    case 'fish':
      return value === null
        ? `set -e ${name}`
        : `set -gx ${name} '${value.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
    case 'powershell':
      return value === null
        ? `Remove-Item Env:${name} -ErrorAction SilentlyContinue`
        : `$Env:${name} = '${value.replaceAll("'", "''")}'`;
  }
}
