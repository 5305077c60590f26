import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsentPolicy } from '../../src/access/consent/consent-policy.ts';
import { outputOf } from '../support/invoke-tool.ts';
import { PLAN, SUBMIT, TEMPLATE, jpeg, openPlans } from './open-plans.ts';
import type { Any, Plans } from './open-plans.ts';

const { geometries } = TEMPLATE;

/** Files by what is in them; their names tell nothing. */
const FILES: Readonly<Record<string, Buffer>> = {
  picture: jpeg('picture'),
  tiff: Buffer.concat([Buffer.from('49492a0008000000', 'hex'), Buffer.alloc(200)]),
  video: Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(64)]),
  sound: Buffer.concat([Buffer.from('fffb9064', 'hex'), Buffer.alloc(413)]),
  paper: Buffer.from('%PDF-1.7 '),
  frame: Buffer.from('{"points": []}'),
  protobuf: Buffer.from([10, 0, 200, 1, 0, 255]),
  words: Buffer.from('some words'),
};

const CATEGORIES = { attachment: '{{file}}', categories: ['a', 'b'] };
const CLIP = { attachment: '{{file}}', geometries };
const FRAMES = { attachments: ['{{file}}'], geometries };
const CLOUD = { attachments: ['{{file}}'], labels: ['car'] };
const DOCUMENT = { attachment: '{{file}}', features: [{ type: 'block', label: 'name' }] };

let plans: Plans;
beforeAll(async () => {
  plans = await openPlans();
  for (const [name, content] of Object.entries(FILES)) await plans.file(name, content);
  for (const type of [
    'categorization',
    'audiotranscription',
    'videoannotation',
    'lidarannotation',
    'documenttranscription',
  ])
    await plans.sandbox.live('POST', '/projects', { name: type, type });
});
afterAll(() => plans.close());

async function planned(type: string, template: object, given: object[]): Promise<Any> {
  const project = type === 'imageannotation' ? 'signs' : type;
  return plans.planOf({ type, batch: undefined, project, template, rows: given });
}

describe('files of a plan', () => {
  it.each([
    ['imageannotation', { attachment: '{{file}}', geometries }, ['picture', 'tiff']],
    ['categorization', { ...CATEGORIES, attachment_type: 'image' }, ['picture', 'tiff']],
    ['categorization', { ...CATEGORIES, attachment_type: 'audio' }, ['video', 'sound']],
    ['categorization', { ...CATEGORIES, attachment_type: 'pdf' }, ['paper']],
    ['audiotranscription', { attachment: '{{file}}', attachment_type: 'audio' }, ['video', 'sound']],
    ['videoannotation', { ...CLIP, attachment_type: 'video' }, ['video']],
    ['videoannotation', { ...FRAMES, attachment_type: 'image' }, ['picture', 'tiff']],
    ['lidarannotation', { ...CLOUD, attachment_type: 'json' }, ['frame', 'protobuf']],
    ['lidarannotation', CLOUD, ['frame', 'protobuf']],
    ['documenttranscription', DOCUMENT, ['picture', 'tiff', 'paper']],
  ])('of type %s with %j are %j alone', async (type, template, taken) => {
    const names = Object.keys(FILES);
    const given = names.map((name) => ({ file: path.join(plans.directory, name) }));
    const plan = await planned(type, template, given);
    expect(plan).toMatchObject({ to_create: taken.length, invalid: names.length - taken.length });
    const wrong = plan.reasons.flatMap(({ lines }: Any) => lines.map((line: number) => names[line - 1]));
    expect(new Set([...wrong, ...taken])).toEqual(new Set(names));
    expect(wrong).toHaveLength(names.length - taken.length);
  });

  it('that spoil a group are named, and how they are left out', async () => {
    await mkdir(path.join(plans.directory, 'clip'));
    for (const number of [1, 2]) await plans.file(path.join('clip', `f${number}.jpg`), jpeg(`${number}`));
    await plans.file(path.join('clip', 'Thumbs.db'), Buffer.from('d0cf11e0a1b11ae1', 'hex'));
    const plan = await plans.planOf({
      type: 'videoannotation',
      batch: undefined,
      project: 'videoannotation',
      manifest_path: path.join(plans.directory, 'clip'),
      group_by: 'directory',
      template: { attachments: '{{frames}}', attachment_type: 'image', geometries },
    });
    expect(plan).toMatchObject({ to_create: 0, invalid: 1 });
    expect(JSON.stringify(plan.reasons)).toMatch(/Thumbs\.db is CFB.*extensions.*leaves other files out/);
  });
});

describe('URLs of a plan', () => {
  const remote = (...names: string[]): object[] =>
    names.map((name) => ({ file: `https://x.example/${name}` }));

  it.each([
    ['imageannotation', { attachment: '{{file}}', geometries }, ['a.txt', 'b.XML?sig=1', 'c.mp4', 'e.heic']],
    ['lidarannotation', CLOUD, ['a.jpg', 'b.txt#c.json']],
    ['documenttranscription', DOCUMENT, ['a.txt']],
  ])(
    'of type %s that end like another kind of file are told, and made all the same',
    async (type, template, names) => {
      const plan = await planned(type, template, remote(...names));
      expect(plan).toMatchObject({ to_create: names.length, invalid: 0 });
      const lines = plan.doubts.flatMap((doubt: Any) => doubt.lines);
      expect(lines.toSorted()).toEqual(names.map((_name, index) => index + 1));
    },
  );

  it.each(['a.jpg', 'a', 'a.jpg?x=b.txt', 'image.php', 'v1.2/a', 'a.constructor', '?file=a.txt'])(
    'that end as %s are not doubted',
    async (name) => {
      const plan = await planned('imageannotation', { attachment: '{{file}}', geometries }, remote(name));
      expect(plan.to_create).toBe(1);
      expect(plan.doubts).toBeUndefined();
    },
  );

  it('that are doubtful are part of what a person is asked', async () => {
    const asking = await plans.openWith({ policy: ConsentPolicy.parse({}) });
    const { plan, summary } = outputOf(
      await asking.call(PLAN, {
        type: 'imageannotation',
        project: 'signs',
        template: { attachment: '{{file}}', geometries },
        rows: remote('1.jpg', '2.xml', '3.xml'),
      }),
    ) as Any;
    expect(summary).toContain('2 may be of another kind, as their URLs end');
    const result = await asking.call(SUBMIT, { plan_id: plan.plan_id });
    const details = 'question' in result ? result.question?.plan.details : undefined;
    expect(details).toMatchObject({
      'Doubtful 1':
        '2 tasks, such as line 2: its URL ends in .xml; tasks of type imageannotation take images',
    });
    await asking.close();
  });
});
