/** Fixtures that the conformance scenarios ask for by name: tools, resources and prompts without interaction. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import type { GetPromptResult, ReadResourceResult } from '@modelcontextprotocol/server';
import type { FixtureTool } from './fixture-tool.ts';
import type { Surface } from '../../src/mcp/surface.ts';

/** One red pixel, and a quarter second of silence. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC';
const WAV = Buffer.concat([
  Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00', 'latin1'),
  Buffer.from([0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0]),
  Buffer.from('data\x00\x00\x00\x00', 'latin1'),
]).toString('base64');

const text = (words: string): { type: 'text'; text: string } => ({ type: 'text', text: words });
const image = { type: 'image', data: PNG, mimeType: 'image/png' } as const;

export const contentTools: Record<string, FixtureTool> = {
  test_simple_text: {
    description: 'Answers with text.',
    call: async () => ({ content: [text('This is a simple text response for testing.')] }),
  },
  test_image_content: { description: 'Answers with an image.', call: async () => ({ content: [image] }) },
  test_audio_content: {
    description: 'Answers with a sound.',
    call: async () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }),
  },
  test_embedded_resource: {
    description: 'Answers with a resource in the result.',
    call: async () => ({
      content: [
        {
          type: 'resource',
          resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'Embedded.' },
        },
      ],
    }),
  },
  test_multiple_content_types: {
    description: 'Answers with text, an image and a resource.',
    call: async () => ({
      content: [
        text('Multiple content types test:'),
        image,
        {
          type: 'resource',
          resource: { uri: 'test://mixed', mimeType: 'application/json', text: '{"test":"data"}' },
        },
      ],
    }),
  },
  test_error_handling: {
    description: 'Fails as a tool fails.',
    call: async () => ({
      content: [text('This tool intentionally returns an error for testing')],
      isError: true,
    }),
  },
  test_tool_with_progress: {
    description: 'Reports progress three times.',
    async call(_args, { mcpReq }) {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progressToken === undefined) break;
        const params = { progressToken, progress, total: 100, message: `${progress} of 100` };
        await mcpReq.notify({ method: 'notifications/progress', params });
        await sleep(20);
      }
      return { content: [text(String(progressToken))] };
    },
  },
  test_tool_with_logging: {
    description: 'Logs three times.',
    async call(_args, { mcpReq }) {
      for (const data of ['started', 'processing', 'completed']) {
        await mcpReq.log('info', `Tool execution ${data}`);
        await sleep(20);
      }
      return { content: [text('Logged.')] };
    },
  },
  test_logging_tool: {
    description: 'Logs only to clients that asked for it.',
    async call(_args, { mcpReq }) {
      await mcpReq.log('info', 'ran');
      return { content: [text('Logged.')] };
    },
  },
  test_streaming_elicitation: {
    description: 'Answers without asking anything.',
    call: async () => ({ content: [text('Nothing was asked.')] }),
  },
};

const TEMPLATE = /^test:\/\/template\/([^/]+)\/data$/;

const FIXED: Record<string, { mimeType: string; text: string } | { mimeType: string; blob: string }> = {
  'test://static-text': { mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  'test://static-binary': { mimeType: 'image/png', blob: PNG },
  'test://watched-resource': { mimeType: 'text/plain', text: 'Watched resource content' },
};

export const contentResources: Surface['resources'] = {
  list: async () => ({
    resources: Object.entries(FIXED).map(([uri, { mimeType }]) => ({
      uri,
      name: uri.slice('test://'.length),
      mimeType,
    })),
  }),
  templates: [{ uriTemplate: 'test://template/{id}/data', name: 'template', mimeType: 'application/json' }],
  async read(uri): Promise<ReadResourceResult> {
    const fixed = FIXED[uri];
    if (fixed) return { contents: [{ uri, ...fixed }] };
    const [, id] = TEMPLATE.exec(uri) ?? [];
    if (id === undefined) throw new ResourceNotFoundError(uri);
    const data = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
    return { contents: [{ uri, mimeType: 'application/json', text: data }] };
  },
};

type Messages = GetPromptResult['messages'];
type Args = Readonly<Record<string, string>>;
const argument = (name: string): { name: string; required: boolean } => ({ name, required: true });

export const contentPrompts: Record<string, { arguments: string[]; messages(args: Args): Messages }> = {
  test_simple_prompt: {
    arguments: [],
    messages: () => [{ role: 'user', content: text('This is a simple prompt for testing.') }],
  },
  test_prompt_with_arguments: {
    arguments: ['arg1', 'arg2'],
    messages: ({ arg1, arg2 }) => [
      { role: 'user', content: text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`) },
    ],
  },
  test_prompt_with_embedded_resource: {
    arguments: ['resourceUri'],
    messages: ({ resourceUri = '' }) => [
      {
        role: 'user',
        content: {
          type: 'resource',
          resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content.' },
        },
      },
      { role: 'user', content: text('Please process the embedded resource above.') },
    ],
  },
  test_prompt_with_image: {
    arguments: [],
    messages: () => [
      { role: 'user', content: image },
      { role: 'user', content: text('Please analyze the image above.') },
    ],
  },
};

/** As `prompts/list` shows them. */
export const listedPrompts = Object.entries(contentPrompts).map(([name, prompt]) => ({
  name,
  description: `Fixture ${name}`,
  arguments: prompt.arguments.map(argument),
}));
