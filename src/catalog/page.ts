/** A page that hosts with MCP Apps show beside the answers of tools. Tools name it by its address. */
export interface PageSpec {
  /** `ui://…` */
  uri: string;
  name: string;
  title: string;
  description: string;
  /** What the build calls it: HTML with its scripts and styles inside. */
  file: string;
}
