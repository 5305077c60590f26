import { describe, expect, it } from 'vitest';
import { ownProcessEnvironment } from '../../src/own-process.ts';

describe('the environment of a further process', () => {
  it('holds what is named and nothing else', () => {
    expect(ownProcessEnvironment(['PATH'], { node: '24.0.0' })).toEqual({ PATH: process.env['PATH'] });
  });

  it('makes the program of a desktop host be Node.js', () => {
    const versions = { node: '24.0.0', electron: '40.0.0' };
    expect(ownProcessEnvironment([], versions)).toEqual({ ELECTRON_RUN_AS_NODE: '1' });
  });
});
