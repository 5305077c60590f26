/** The only place that writes to stdout besides the MCP transport. Commands that serve MCP never use it. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Whether a person reads along; else commands write JSON on lines of their own. */
export function isTerminal(): boolean {
  return process.stdout.isTTY;
}
