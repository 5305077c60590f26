import type { ListedSchemas, Tool, ToolCard } from './tool.ts';

/** A tool as the build writes it down. */
export type WrittenTool = ToolCard & { schemas: ListedSchemas };

/** A tool that is listed as it was written down, and declared only when it is called. */
export function lazyTool({ schemas, ...card }: WrittenTool, declare: () => Tool): Tool {
  return {
    ...card,
    listed: () => schemas,
    schemas: () => declare().schemas(),
    prepare: (args) => declare().prepare(args),
  };
}
