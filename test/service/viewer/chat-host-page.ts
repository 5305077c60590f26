/** The browser's part of a chat with MCP Apps: a frame for a server's page, and the bridge that Scale's tools are behind. */
import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';
import type { CallToolRequest, CallToolResult } from '@modelcontextprotocol/client';
import type { McpUiHostCapabilities, McpUiHostContext } from '@modelcontextprotocol/ext-apps';

declare global {
  interface Window {
    /** Provided by the test: the host's connection to the server. */
    callTool(params: CallToolRequest['params']): Promise<CallToolResult>;
    openLink(url: string): Promise<void>;
    tellModel(text: string): Promise<void>;
    showAnswer(shown: Shown): Promise<void>;
    changeTheme(theme: 'dark' | 'light'): void;
  }
}

interface Shown {
  arguments: Record<string, unknown>;
  result: CallToolResult;
  capabilities: McpUiHostCapabilities;
  context: McpUiHostContext;
}

let bridge: AppBridge;

window.showAnswer = async ({ arguments: args, result, capabilities, context }) => {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  document.body.replaceChildren(frame);
  const target = frame.contentWindow;
  if (!target) throw new Error('no frame');
  bridge = new AppBridge(null, { name: 'test-chat', version: '1.0.0' }, capabilities, {
    hostContext: context,
  });
  bridge.oncalltool = (params) => window.callTool(params);
  bridge.onopenlink = async ({ url }) => {
    await window.openLink(url);
    return {};
  };
  bridge.onupdatemodelcontext = async ({ content = [] }) => {
    await window.tellModel(JSON.stringify(content));
    return {};
  };
  bridge.onsizechange = ({ height }) => {
    if (height !== undefined) frame.style.height = `${height}px`;
  };
  const ready = new Promise<void>((resolve) => {
    bridge.oninitialized = () => resolve();
  });
  await bridge.connect(new PostMessageTransport(target, target));
  frame.src = '/page';
  await ready;
  await bridge.sendToolInput({ arguments: args });
  await bridge.sendToolResult(result);
};

window.changeTheme = (theme) => bridge.setHostContext({ theme });
