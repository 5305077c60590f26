/** The page of `ui://scale-ai-mcp/labels.html`: within a chat that has MCP Apps, or alone with `scale-ai-mcp view`. */
import {
  App,
  PostMessageTransport,
  applyDocumentTheme,
  applyHostStyleVariables,
} from '@modelcontextprotocol/ext-apps';
import { button, byId } from './elements.ts';
import { LabelsView } from './labels-view.ts';
import { openOwnHost } from './own-host.ts';
import type { McpUiHostContext } from '@modelcontextprotocol/ext-apps';

declare const __VERSION__: string;

const isAlone = window.parent === window;
const app = new App(
  { name: 'scale-ai-mcp-labels', version: __VERSION__ },
  { availableDisplayModes: ['inline', 'fullscreen'] },
);

async function start(): Promise<void> {
  let asked: Readonly<Record<string, unknown>> = {};
  let view: LabelsView | undefined;
  app.ontoolinput = ({ arguments: args = {} }) => {
    asked = args;
  };
  app.ontoolresult = (result) => {
    view ??= new LabelsView(app);
    view.answered(result, asked).catch(report);
  };
  app.ontoolcancelled = ({ reason }) =>
    say(`The call was cancelled${reason === undefined ? '' : `: ${reason}`}.`);
  app.onhostcontextchanged = adopt;
  button('fullscreen', () => void changeDisplayMode().catch(report));
  await app.connect(
    isAlone ? await openOwnHost(__VERSION__) : new PostMessageTransport(window.parent, window.parent),
  );
  adopt(app.getHostContext() ?? {});
}

/** Looks as the host does. */
function adopt({ theme, styles, safeAreaInsets, availableDisplayModes }: McpUiHostContext): void {
  if (theme) applyDocumentTheme(theme);
  if (styles?.variables) applyHostStyleVariables(styles.variables);
  if (safeAreaInsets) {
    const { top, right, bottom, left } = safeAreaInsets;
    document.body.style.margin = [top, right, bottom, left].map((inset) => `${inset}px`).join(' ');
  }
  if (availableDisplayModes?.includes('fullscreen')) byId('fullscreen', HTMLButtonElement).hidden = false;
}

async function changeDisplayMode(): Promise<void> {
  const mode = app.getHostContext()?.displayMode === 'fullscreen' ? 'inline' : 'fullscreen';
  await app.requestDisplayMode({ mode });
}

function say(words: string): void {
  byId('status', HTMLParagraphElement).textContent = words;
}

function report(error: unknown): void {
  say(error instanceof Error ? error.message : String(error));
}

start().catch(report);
