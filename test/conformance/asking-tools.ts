/** Fixtures that ask the user or the client something: in the 2025 revisions by a request, since by a result. */
import {
  CLIENT_CAPABILITIES_META_KEY,
  acceptedContent,
  createRequestStateCodec,
  inputRequired,
} from '@modelcontextprotocol/server';
import type {
  CallToolResult,
  ClientCapabilities,
  ElicitRequestFormParams,
  GetPromptResult,
  InputRequests,
  InputRequiredResult,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { FixtureTool } from './fixture-tool.ts';

type Form = ElicitRequestFormParams['requestedSchema'];

/** Signs what travels through the client and back. */
export const states = createRequestStateCodec<Record<string, unknown>>({
  key: crypto.getRandomValues(new Uint8Array(32)),
});

const said = (words: string): CallToolResult => ({ content: [{ type: 'text', text: words }] });

function form(name: string, type: 'string' | 'boolean' = 'string'): Form {
  const property = type === 'string' ? ({ type: 'string' } as const) : ({ type: 'boolean' } as const);
  return { type: 'object', properties: { [name]: property }, required: [name] };
}

const askName = inputRequired.elicit({ message: 'What is your name?', requestedSchema: form('name') });
const askModel = inputRequired.createMessage({
  messages: [{ role: 'user', content: { type: 'text', text: 'What is the capital of France?' } }],
  maxTokens: 100,
});

function accepted(context: ServerContext, key: string, member: string): unknown {
  return acceptedContent(context.mcpReq.inputResponses, key)?.[member];
}

/** Asks through a request of the server, as the 2025 revisions do. */
function askingByRequest(description: string, requestedSchema: Form, message = description): FixtureTool {
  return {
    description,
    properties: { message: { type: 'string' } },
    async call(args, { mcpReq }) {
      const params = {
        message: typeof args['message'] === 'string' ? args['message'] : message,
        requestedSchema,
      };
      const { action, content } = await mcpReq.elicitInput(params);
      return said(`User response: action=${action}, content=${JSON.stringify(content ?? {})}`);
    },
  };
}

const DEFAULTS: Form = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
  required: [],
};

const titled = (...names: string[]): { const: string; title: string }[] =>
  names.map((name) => ({ const: name, title: `Option ${name}` }));

const ENUMS: Form = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: { type: 'string', oneOf: titled('value1', 'value2', 'value3') },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: { type: 'array', items: { anyOf: titled('value1', 'value2', 'value3') } },
  },
  required: [],
};

export const askingTools: Record<string, FixtureTool> = {
  test_elicitation: askingByRequest('Asks the user for a word.', { ...form('response'), required: [] }),
  test_elicitation_sep1034_defaults: askingByRequest('Asks with defaults.', DEFAULTS),
  test_elicitation_sep1330_enums: askingByRequest('Asks with all kinds of choices.', ENUMS),
  test_sampling: {
    description: 'Asks the client’s model.',
    properties: { prompt: { type: 'string' } },
    async call({ prompt }, { mcpReq }) {
      const { content } = await mcpReq.requestSampling({
        messages: [{ role: 'user', content: { type: 'text', text: String(prompt) } }],
        maxTokens: 100,
      });
      return said(`LLM response: ${JSON.stringify(content)}`);
    },
  },
  test_missing_capability: {
    description: 'Needs a client with sampling.',
    call: async (_args, { mcpReq }) =>
      mcpReq.inputResponses === undefined
        ? inputRequired({ inputRequests: { answer: askModel } })
        : said('done'),
  },
  test_input_required_result_elicitation: {
    description: 'Asks for a name.',
    async call(_args, context) {
      const name = accepted(context, 'user_name', 'name');
      return typeof name === 'string'
        ? said(`Hello, ${name}!`)
        : inputRequired({ inputRequests: { user_name: askName } });
    },
  },
  test_input_required_result_sampling: {
    description: 'Asks the client’s model by a result.',
    async call(_args, { mcpReq }) {
      const answer = mcpReq.inputResponses?.['capital_question'];
      return answer === undefined
        ? inputRequired({ inputRequests: { capital_question: askModel } })
        : said(`Sampling response: ${JSON.stringify(answer)}`);
    },
  },
  test_input_required_result_list_roots: {
    description: 'Asks for the client’s roots.',
    async call(_args, { mcpReq }) {
      const roots = mcpReq.inputResponses?.['client_roots'];
      return roots === undefined
        ? inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
        : said(`Roots: ${JSON.stringify(roots)}`);
    },
  },
  test_input_required_result_request_state: confirming('state-ok'),
  test_input_required_result_tampered_state: confirming('integrity-ok'),
  test_input_required_result_multiple_inputs: {
    description: 'Asks three things at once.',
    async call(_args, { mcpReq }) {
      const asked = { user_name: askName, greeting: askModel, client_roots: inputRequired.listRoots() };
      const answers = mcpReq.inputResponses ?? {};
      if (Object.keys(asked).every((key) => key in answers)) return said('All three were answered.');
      return inputRequired({ inputRequests: asked, requestState: await states.mint({ asked: 3 }) });
    },
  },
  test_input_required_result_multi_round: {
    description: 'Asks twice, one after the other.',
    call: twoRounds,
  },
  test_input_required_result_capabilities: {
    description: 'Asks only what the client can answer.',
    async call(_args, { mcpReq }) {
      if (mcpReq.inputResponses !== undefined) return said('Answered.');
      const envelope: Record<string, unknown> = { ...mcpReq.envelope };
      const declared = (envelope[CLIENT_CAPABILITIES_META_KEY] ?? {}) as ClientCapabilities;
      const asked: InputRequests = {
        ...(declared.elicitation && { user_name: askName }),
        ...(declared.sampling && { greeting: askModel }),
        ...(declared.roots && { client_roots: inputRequired.listRoots() }),
      };
      return Object.keys(asked).length === 0
        ? said('Nothing can be asked.')
        : inputRequired({ inputRequests: asked });
    },
  },
};

function confirming(words: string): FixtureTool {
  return {
    description: 'Asks for a yes, with signed state.',
    async call(_args, context) {
      const isSigned = context.mcpReq.requestState() !== undefined;
      if (isSigned && accepted(context, 'confirm', 'ok') !== undefined) return said(words);
      const confirm = inputRequired.elicit({
        message: 'Please confirm',
        requestedSchema: form('ok', 'boolean'),
      });
      return inputRequired({ inputRequests: { confirm }, requestState: await states.mint({ words }) });
    },
  };
}

async function twoRounds(
  _args: unknown,
  context: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  const state = context.mcpReq.requestState<Record<string, unknown>>();
  const round = typeof state?.['round'] === 'number' ? state['round'] : 0;
  if (round === 2) return said(`Both rounds are done: ${JSON.stringify(state)}`);
  const step = inputRequired.elicit({ message: `Step ${round + 1}`, requestedSchema: form('answer') });
  return inputRequired({
    inputRequests: { [`step${round + 1}`]: step },
    requestState: await states.mint({ round: round + 1 }),
  });
}

/** A prompt that asks before it is made. */
export async function askingPrompt(context: ServerContext): Promise<GetPromptResult | InputRequiredResult> {
  const words = accepted(context, 'user_context', 'context');
  if (typeof words === 'string') {
    return { messages: [{ role: 'user', content: { type: 'text', text: `Use this context: ${words}` } }] };
  }
  const question = inputRequired.elicit({ message: 'What context?', requestedSchema: form('context') });
  return inputRequired({ inputRequests: { user_context: question } });
}
