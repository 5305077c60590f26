import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsentPolicy } from '../../src/access/consent/consent-policy.ts';
import { planLines } from '../../src/access/consent/plan.ts';
import { openPlans, PLAN, SUBMIT, TEMPLATE } from './open-plans.ts';
import { outputOf } from '../support/invoke-tool.ts';
import type { Bench } from '../support/invoke-tool.ts';
import type { Any, Plans } from './open-plans.ts';

let plans: Plans;
let asking: Bench;

beforeEach(async () => {
  plans = await openPlans();
  asking = await plans.openWith({ policy: ConsentPolicy.parse({}) });
});
afterEach(async () => {
  await asking.close();
  await plans.close();
});

/** The question about a plan, as a person reads it. */
async function questionAbout(template: object, rows: object[]): Promise<string> {
  const planned = await asking.call(PLAN, {
    type: 'imageannotation',
    batch: 'week-1',
    template: { attachment: '{{url}}', geometries: TEMPLATE.geometries, ...template },
    rows,
  });
  const { plan } = outputOf(planned) as Any;
  const result = await asking.call(SUBMIT, { plan_id: plan.plan_id });
  if (!('question' in result) || !result.question) throw new Error('nobody was asked');
  return planLines(result.question.plan).join('\n');
}

const rowsWith = (...rows: object[]): object[] =>
  rows.map((row, index) => ({ url: `https://x.example/${index}.jpg`, ...row }));

describe('the question about a plan', () => {
  it('names each instruction and each list of labels that a column fills in, with its number of tasks', async () => {
    const question = await questionAbout(
      { instruction: '{{what}}', geometries: { box: { objects_to_annotate: ['{{label}}'] } } },
      rowsWith(
        { what: 'Mark cars.', label: 'car' },
        { what: 'Mark cars.', label: 'car' },
        { what: 'Write down the plates.', label: 'plate' },
      ),
    );
    expect(question).toContain('Instruction 1: (2 of 3 tasks) Mark cars.');
    expect(question).toContain('Instruction 2: (1 of 3 tasks) Write down the plates.');
    expect(question).toContain('Asks for 2: (1 of 3 tasks) box: plate');
  });

  it('says of what only some tasks have that it is of some', async () => {
    const question = await questionAbout(
      { callback_url: '{{to}}' },
      rowsWith({ to: 'https://hooks.example/' }, { to: '' }),
    );
    expect(question).toMatch(/Results are also sent to 1: \(1 of \d tasks\) https:\/\/hooks\.example\//);
  });

  it('names what tasks are sent with beside their attachment', async () => {
    const question = await questionAbout(
      {
        instruction: 'Mark cars.',
        callback_url: 'https://elsewhere.example/all-results',
        context_attachments: [{ attachment: 'https://elsewhere.example/manual.html' }],
        priority: 30,
        additional_params: { customer: 'other' },
      },
      rowsWith({}, {}),
    );
    expect(question).toContain('Instruction: Mark cars.\n');
    expect(question).toContain('Results are also sent to: https://elsewhere.example/all-results');
    expect(question).toContain('Shown beside it: https://elsewhere.example/manual.html');
    expect(question).toContain('Priority: 30');
    expect(question).toContain('Further parameters: {"customer":"other"}');
  });

  it('names shapes that are given as a list', async () => {
    const geometries = [{ name: 'box', objects_to_annotate: ['car', 'sign'] }];
    expect(await questionAbout({ geometries }, rowsWith({}))).toContain('Asks for: box: car, sign');
  });

  it('says how many instructions there are that it does not show, and how much of one', async () => {
    const many = Array.from({ length: 9 }, (_, index) => ({ what: `Instruction number ${index}` }));
    expect(await questionAbout({ instruction: '{{what}}' }, rowsWith(...many))).toContain(
      'Instruction, others: 4 different texts that are not shown here, of 4 tasks',
    );
    const long = await questionAbout({ instruction: 'x'.repeat(700) }, rowsWith({}));
    expect(long).toContain('xxx… (400 more characters)');
  });
});
