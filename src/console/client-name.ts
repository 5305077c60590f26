/** Under which calls of the console are recorded. */
export const CONSOLE_CLIENT = 'scale-ai-mcp console';
