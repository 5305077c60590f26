/** What MCP clients send over HTTP. */

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

export interface HttpRequest {
  method: 'POST';
  headers: Record<string, string>;
  body: string;
}

export function listTools(): HttpRequest {
  return post('tools/list', {}, {});
}

export function callTool(name: string, args: Readonly<Record<string, unknown>>): HttpRequest {
  return post('tools/call', { name, arguments: args }, { 'mcp-name': name });
}

function post(method: string, params: object, headers: Record<string, string>): HttpRequest {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } }),
  };
}
