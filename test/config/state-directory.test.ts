import { describe, expect, it } from 'vitest';
import { defaultStateDirectory } from '../../src/config/state-directory.ts';

describe('where state is kept that nobody named a directory for', () => {
  it.each([
    ['linux', {}, '/home/ada', '/home/ada/.local/state/scale-ai-mcp'],
    ['linux', { XDG_STATE_HOME: '/state' }, '/home/ada', '/state/scale-ai-mcp'],
    ['linux', { XDG_STATE_HOME: 'relative' }, '/home/ada', '/home/ada/.local/state/scale-ai-mcp'],
    ['darwin', { LOCALAPPDATA: '/other' }, '/Users/ada', '/Users/ada/.local/state/scale-ai-mcp'],
    [
      'win32',
      { LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local' },
      'C:\\Users\\ada',
      'C:\\Users\\ada\\AppData\\Local\\scale-ai-mcp\\state',
    ],
    ['win32', {}, 'C:\\Users\\ada', 'C:\\Users\\ada\\.local\\state\\scale-ai-mcp'],
    ['win32', { XDG_STATE_HOME: 'D:\\state' }, 'C:\\Users\\ada', 'D:\\state\\scale-ai-mcp'],
  ])('%s, %o', (platform, env, home, expected) => {
    expect(defaultStateDirectory(platform, env, home)).toBe(expected);
  });
});
