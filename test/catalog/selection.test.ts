import { describe, expect, it } from 'vitest';
import { selectTools } from '../../src/catalog/selection.ts';
import { catalog } from '../../tools/index.ts';
import { PRESETS } from '../../tools/presets.ts';
import { SEED_SLUGS } from '../../tools/seed-slugs.ts';
import type { SelectionRequest } from '../../src/catalog/selection.ts';

function names(request: Partial<SelectionRequest>): string[] {
  const none = { toolsets: [], tools: [], excludeTools: [], readOnly: false };
  return selectTools(catalog, PRESETS, { ...none, ...request }).tools.map(({ name }) => name);
}

describe('selection', () => {
  it('offers everything by default, and the seed tools under their own name', () => {
    expect(names({})).toHaveLength(catalog.length);
    const seed = catalog.filter(({ slug }) => SEED_SLUGS.has(slug)).map(({ name }) => name);
    expect(names({ toolsets: ['seed'] })).toEqual(seed);
  });

  it('narrows to toolsets, and adds single tools to them', () => {
    expect(names({ toolsets: ['files'] })).toEqual([
      'scale_ai_upload_file',
      'scale_ai_import_file',
      'scale_ai_get_assets',
    ]);
    expect(names({ toolsets: ['files'], tools: ['scale_ai_get_task'] })).toContain('scale_ai_get_task');
  });

  it('offers exactly the named tools when no toolset is named; slugs work too', () => {
    expect(names({ tools: ['SCALE_AI_GET_TASK'] })).toEqual(['scale_ai_get_task']);
  });

  it('leaves out excluded tools, and everything but reads when asked', () => {
    expect(names({ excludeTools: ['scale_ai_get_task'] })).not.toContain('scale_ai_get_task');
    const effects = new Set(
      catalog.filter(({ name }) => names({ readOnly: true }).includes(name)).map(({ effect }) => effect),
    );
    expect(effects).toEqual(new Set(['read']));
  });

  it.each([
    [{ toolsets: ['task'] }, 'Did you mean "tasks"?'],
    [{ tools: ['scale_ai_get_tsk'] }, 'Did you mean "scale_ai_get_task"?'],
    [{ excludeTools: ['nonsense'] }, 'Known: scale_ai_'],
  ])('refuses %j with a hint', (request, hint) => expect(() => names(request)).toThrow(hint));
});
