import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/invocation/parse.ts';
import { ToolFailure } from '../../src/invocation/tool-failure.ts';
import { catalog } from '../../tools/index.ts';
import { toolNamed } from '../support/invoke-tool.ts';

const parse = (name: string, args: Record<string, unknown>): ReturnType<typeof parseArguments> =>
  parseArguments(toolNamed(name), args);

function refusal(name: string, args: Record<string, unknown>): ToolFailure {
  try {
    parse(name, args);
  } catch (error) {
    if (error instanceof ToolFailure) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('another name for the same thing', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['scale_ai_get_project', { name: 'road' }, { project_name: 'road' }],
    ['scale_ai_get_project', { project: 'road' }, { project_name: 'road' }],
    ['scale_ai_get_project', { projectName: 'road' }, { project_name: 'road' }],
    ['scale_ai_get_batch', { name: 'b' }, { batch_name: 'b' }],
    ['scale_ai_get_batch', { batch: 'b' }, { batch_name: 'b' }],
    ['scale_ai_get_task_by_id', { id: 't' }, { task_id: 't' }],
    ['scale_ai_get_job', { id: 'job_1' }, { job_id: 'job_1' }],
    ['scale_ai_submit_plan', { id: 'plan_1' }, { plan_id: 'plan_1' }],
    ['scale_ai_list_tasks', { project_name: 'road', batch_name: 'b' }, { project: 'road', batch: 'b' }],
  ])('%s takes %j', (tool, sent, meant) => {
    const { args, coerced } = parse(tool, sent);
    expect(args).toMatchObject(meant);
    expect(coerced).toHaveLength(Object.keys(sent).length);
    expect(coerced[0]).toMatch(/^\w+: was taken as \w+$/);
  });

  it('is refused where it says something else than the argument itself', () => {
    const failure = refusal('scale_ai_get_project', { project_name: 'a', project: 'b' });
    expect(failure).toMatchObject({ code: 'invalid_arguments', details: { path: 'project' } });
    expect(failure.message).toContain('says something else than project_name');
    expect(parse('scale_ai_get_project', { project_name: 'a', project: 'a' }).coerced).toEqual([]);
  });

  it('is no guess where a tool takes several kinds of things', () => {
    const failure = refusal('scale_ai_list_tasks', { name: 'x', project: 'p' });
    expect(failure.message).toContain('name: unknown field');
  });

  it('keeps a name that is an argument of the tool', () => {
    expect(parse('scale_ai_create_batch', { name: 'b', project_name: 'p' }).args).toEqual({
      name: 'b',
      project: 'p',
    });
  });
});

describe('what hosts add', () => {
  it.each(catalog.map((tool) => [tool.name, tool] as const))(
    'is left out by %s, and not told',
    (_name, tool) => {
      const added = {
        toolCallId: 'x',
        sessionId: 'y',
        _meta: {},
        random_string: 'z',
        tool_call_id: 'w',
        wait_for_previous: true,
      };
      const { coerced } = parseArguments(tool, { ...tool.example, ...added });
      expect(coerced).toEqual([]);
    },
  );

  it('is no licence for typing errors', () => {
    expect(refusal('scale_ai_get_batch', { batch_nam: 'b' }).message).toContain('did you mean "batch_name"');
  });
});

describe('a bound with an obvious nearest value', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    [
      'scale_ai_list_tasks',
      { project: 'p', limit: 300 },
      { limit: 100 },
      '300 was taken as 100, the most; go on with next_token',
    ],
    ['scale_ai_list_tasks', { project: 'p', limit: 0 }, { limit: 1 }, '0 was taken as 1, the least'],
    ['scale_ai_list_tasks', { project: 'p', limit: '1000' }, { limit: 100 }, 'the most'],
    ['scale_ai_wait_for_tasks', { batch: 'b', wait_seconds: 3600 }, {}, 'call again to wait longer'],
    ['scale_ai_list_batches', { limit: 5000 }, {}, 'the most'],
  ])('%s takes %j', (tool, sent, meant, said) => {
    const { args, coerced } = parse(tool, sent);
    expect(args).toMatchObject(meant);
    expect(coerced.join()).toContain(said);
  });
});
