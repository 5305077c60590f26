import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsentPolicy } from '../../src/access/consent/consent-policy.ts';
import { errorOf, outputOf } from '../support/invoke-tool.ts';
import { PLAN, TEMPLATE, jpeg, openPlans, rows } from './open-plans.ts';
import type { Any, Plans } from './open-plans.ts';

let plans: Plans;
let sandbox: Plans['sandbox'];
let bench: Plans['bench'];

beforeEach(async () => {
  plans = await openPlans();
  ({ sandbox, bench } = plans);
});
afterEach(() => plans.close());

describe('a plan', () => {
  describe('whose rows name their batch', () => {
    const template = { ...TEMPLATE, batch: 'week-{{week}}' };
    const manifest = (...weeks: (number | string)[]): object[] =>
      weeks.map((week, number) => ({ ...rows(weeks.length)[number], week }));
    const asked = (given: object[]): object => ({
      batch: undefined,
      project: 'signs',
      rows: given,
      template,
    });

    it('fills several batches, makes those that are missing, and one question names them all', async () => {
      const plan = await plans.planOf({ ...asked(manifest(1, 1, 2, 3, 3, 3)) });
      expect(plan).toMatchObject({
        to_create: 6,
        batches: [
          { name: 'week-1', tasks: 2 },
          { name: 'week-2', tasks: 1, is_new: true },
          { name: 'week-3', tasks: 3, is_new: true },
        ],
      });
      const job = await plans.submitted(plan.plan_id);
      expect(job).toMatchObject({ state: 'done', counts: { created: 6 } });
      const made = await plans.tasks();
      const batches = made.map(({ batch }) => batch).toSorted((a, b) => String(a).localeCompare(String(b)));
      expect(batches).toEqual(['week-1', 'week-1', 'week-2', 'week-3', 'week-3', 'week-3']);
    });

    it('asks a person once, about all of them', async () => {
      const asking = await plans.openWith({ policy: ConsentPolicy.parse({}) });
      const planned = await asking.call(PLAN, { type: 'imageannotation', ...asked(manifest(1, 2, 2)) });
      const { plan } = outputOf(planned) as Any;
      const result = await asking.call('scale_ai_submit_plan', { plan_id: plan.plan_id });
      const question = 'question' in result ? result.question?.plan : undefined;
      expect(question).toMatchObject({
        attachments: expect.arrayContaining([expect.stringContaining('http')]),
      });
      expect(question?.attachments).toHaveLength(3);
      expect(question?.details).toMatchObject({
        'Asks for': 'box: car',
        'Batch 1': '"week-1": 1 task',
        'Batch 2': '"week-2": 2 tasks, made first',
      });
      await asking.close();
    });

    it('leaves out rows of batches elsewhere, and rows without one', async () => {
      await sandbox.live('POST', '/projects', { name: 'secret', type: 'imageannotation' });
      await sandbox.live('POST', '/batches', { project: 'secret', name: 'week-9' });
      const plan = await plans.planOf({ ...asked(manifest(1, 9, '')) });
      expect(plan).toMatchObject({ to_create: 1, invalid: 2 });
      expect(JSON.stringify(plan.reasons)).toMatch(/belongs to another project/);
      expect(JSON.stringify(plan.reasons)).toMatch(/no value in the column/);
    });

    it.each([
      ['without a project', { project: undefined }],
      ['with a batch beside it', { batch: 'week-1' }],
    ])('%s is refused', async (_name, more) => {
      const refused = errorOf(
        await bench.call(PLAN, { type: 'imageannotation', ...asked(manifest(1)), ...more }),
      );
      expect(refused).toMatchObject({ code: 'invalid_arguments', path: 'batch' });
    });

    it('is refused with more batches than a person reads', async () => {
      const many = Array.from({ length: 51 }, (_, number) => number);
      const refused = errorOf(
        await bench.call(PLAN, { type: 'imageannotation', ...asked(manifest(...many)) }),
      );
      expect(refused).toMatchObject({ path: 'template.batch', allowed: 'at most 50 batches' });
    });
  });

  describe('of frames', () => {
    const TEMPLATE_OF_FRAMES = {
      attachments: '{{frames}}',
      attachment_type: 'image',
      frame_rate: 10,
      geometries: { box: { objects_to_annotate: ['car'] } },
      unique_id: 'clip-{{name}}',
    };

    async function frames(): Promise<string> {
      await sandbox.live('POST', '/projects', { name: 'clips', type: 'videoannotation' });
      for (const clip of ['left', 'right']) {
        await mkdir(path.join(plans.directory, 'frames', clip), { recursive: true });
        for (const number of [1, 2, 9, 10, 11])
          await plans.file(path.join('frames', clip, `f${number}.jpg`), jpeg(`${clip}-${number}`));
      }
      await plans.file(path.join('frames', 'readme.txt'), 'no frame');
      return path.join(plans.directory, 'frames');
    }

    it.each(['directory', '^(.+)/f\\d+'])(
      'by %s makes one task of many, in the order of their numbers',
      async (by) => {
        const plan = await plans.planOf({
          type: 'videoannotation',
          batch: undefined,
          project: 'clips',
          manifest_path: await frames(),
          extensions: ['jpg'],
          group_by: by,
          template: TEMPLATE_OF_FRAMES,
        });
        expect(plan).toMatchObject({ rows_read: 2, to_create: 2, uploads: { files: 10 } });
        await plans.submitted(plan.plan_id);
        const made = (await plans.tasks()).find((task) => task.unique_id === 'clip-left');
        expect(made.params).toMatchObject({ frame_rate: 10, attachments: expect.anything() });
        const { body } = await sandbox.live('GET', '/files?project=clips');
        const nameOf = new Map(body.docs.map((file: Any) => [file.attachment_url, file.size]));
        const sizes = made.params.attachments.map((url: string) => nameOf.get(url));
        expect(sizes).toEqual([1, 2, 9, 10, 11].map((number) => jpeg(`left-${number}`).length));
      },
    );

    it('by a pattern that takes for ever is refused, and the process goes on', async () => {
      await mkdir(path.join(plans.directory, 'long'), { recursive: true });
      await plans.file(path.join('long', `${'a'.repeat(60)}.jpg`), jpeg('long'));
      const refused = errorOf(
        await bench.call(PLAN, {
          type: 'videoannotation',
          project: 'signs',
          manifest_path: path.join(plans.directory, 'long'),
          group_by: '^((a+)+)b$',
          template: TEMPLATE_OF_FRAMES,
        }),
      );
      expect(refused).toMatchObject({ path: 'group_by', message: expect.stringContaining('too long') });
    });

    it.each(['(', 'no-group'])('by %s is refused', async (by) => {
      const refused = errorOf(
        await bench.call(PLAN, {
          type: 'videoannotation',
          project: 'clips',
          manifest_path: await frames(),
          group_by: by,
          template: TEMPLATE_OF_FRAMES,
        }),
      );
      expect(refused).toMatchObject({ path: 'group_by', allowed: expect.stringContaining('directory') });
    });

    it('that a creator is given as local paths are refused in few words, which say how they are uploaded', async () => {
      await frames();
      const refused = errorOf(
        await bench.call('scale_ai_create_video_annotation_task', {
          project: 'clips',
          attachments: Array.from({ length: 40 }, (_, number) => `frames/left/f${number}.jpg`),
          geometries: TEMPLATE_OF_FRAMES.geometries,
        }),
      );
      expect(refused.message).toContain('and 37 more');
      expect(refused.message).toContain('scale_ai_plan_tasks');
      expect(encode(JSON.stringify(refused)).length).toBeLessThan(700);
    });
  });
});
