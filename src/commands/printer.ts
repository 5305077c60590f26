/** The only place that writes to stdout besides the MCP transport. Commands that serve MCP never use it. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}
