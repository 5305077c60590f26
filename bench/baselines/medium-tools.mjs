/** 41 tools of a medium size, as a project would register them without further thought. */
import * as z from 'zod';

const input = {
  project: z.string().min(1).max(200).describe('Name of the project that the task belongs to'),
  attachment: z.string().min(1).describe('URL of the file that people work on'),
  batch: z.string().optional().describe('Name of the batch; it must be in staging'),
  priority: z.number().int().min(10).max(30).default(30).describe('10 is worked on last, 30 first'),
  labels: z.array(z.string().min(1)).min(1).optional().describe('Labels that people choose from'),
  box: z
    .object({ min_height: z.number().int().optional(), min_width: z.number().int().optional() })
    .optional()
    .describe('The smallest box that is accepted'),
  metadata: z.record(z.string(), z.unknown()).optional().describe('Anything you want to find again'),
  tags: z.array(z.string()).optional().describe('Tags to filter by later'),
};

/**
 * @param {{ registerTool: (name: string, config: object, call: object) => unknown }} server of either SDK
 * @param {object} call carries out every one of them
 */
export function registerMediumTools(server, call) {
  for (let number = 1; number <= 41; number += 1) {
    server.registerTool(
      `medium_tool_${number}`,
      {
        title: `Medium tool ${number}`,
        description: 'Has people annotate one file. Use it for single files; a batch groups many of them.',
        inputSchema: z.object(input),
      },
      call,
    );
  }
}
