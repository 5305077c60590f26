import { COMMON_FLAGS, settingsOf } from '../flags.ts';
import type * as Everyday from './everyday.ts';
import type { Command } from 'commander';
import type { Settings } from '../../config/settings.ts';
import type { Options, Subcommand } from '../flags.ts';

/** The everyday jobs from a shell, without a model. */
export function addShellCommands(subcommand: Subcommand): void {
  const everyday = async (): Promise<typeof Everyday> => import('./everyday.ts');
  const withArgument = (
    command: Command,
    run: (settings: Settings, argument: string, options: Options) => Promise<number>,
  ): Command =>
    command.action(async (argument: string, options: Options, self: Command) => {
      process.exitCode = await run(await settingsOf(self), argument, options);
    });

  subcommand('call', 'one call of any tool: name=value, or --json', COMMON_FLAGS)
    .argument('<tool>', 'its name, with or without scale_ai_')
    .argument('[arguments...]', 'name=value')
    .option('--json <JSON>', 'all arguments as JSON, @FILE, or - for what is piped in')
    .action(async (tool: string, pairs: string[], { json }: { json?: string }, self: Command) => {
      process.exitCode = await (await everyday()).callCommand(await settingsOf(self), tool, { pairs, json });
    });
  withArgument(
    subcommand('plan', 'a plan of many tasks from a manifest, sending nothing', COMMON_FLAGS)
      .argument('<file>', 'CSV, TSV, JSON, JSON Lines, or a directory')
      .requiredOption('--type <TYPE>', 'task type, such as imageannotation')
      .requiredOption('--batch <NAME>', 'batch that the tasks go to')
      .requiredOption('--template <JSON>', 'task parameters with {{column}}, as JSON or @FILE'),
    async (settings, file, { type, batch, template }) =>
      (await everyday()).planCommand(settings, { manifest_path: file, type, batch, template }),
  );
  withArgument(
    subcommand('submit', 'carries a plan out, once you have said yes', COMMON_FLAGS).argument(
      '<plan>',
      'its id',
    ),
    async (settings, plan) =>
      (await everyday()).untilEndedCommand(settings, 'submit_plan', { plan_id: plan }),
  );
  withArgument(
    subcommand('wait', 'until the tasks of a batch are done', COMMON_FLAGS).argument('<batch>', 'its name'),
    async (settings, batch) => (await everyday()).untilEndedCommand(settings, 'wait_for_tasks', { batch }),
  );
  subcommand('export', 'results as JSON Lines, or as a folder for training', COMMON_FLAGS)
    .option('--batch <NAME>', 'of this batch; or give --project')
    .option('--format <FORMAT>', 'jsonl, coco, yolo, voc, mask_png, csv …')
    .option('--classes <NAMES>', 'in order, with commas between them')
    .option('--split <SHARES>', '0.8/0.1/0.1, batch or metadata.KEY')
    .option('--images <HOW>', 'link or copy')
    .option('--output <PATH>', 'a new file or folder')
    .action(async ({ classes, output, ...rest }: Record<string, string>, self: Command) => {
      const given = {
        ...ofExport(rest),
        ...(classes !== undefined && { classes: classes.split(',') }),
        ...(output !== undefined && { output_path: output }),
      };
      process.exitCode = await (
        await everyday()
      ).untilEndedCommand(await settingsOf(self), 'export_results', given);
    });
  subcommand('jobs', 'long work, the newest first', COMMON_FLAGS)
    .option('--state <STATE>', 'queued, running, waiting, done, failed or cancelled')
    .action(async ({ state }: { state?: string }, self: Command) => {
      process.exitCode = await (await everyday()).jobsCommand(await settingsOf(self), state ? { state } : {});
    });
}

function ofExport({ batch, format, split, images }: Readonly<Record<string, string | undefined>>): object {
  return Object.fromEntries(
    Object.entries({ batch, format, split, images }).filter(([, value]) => value !== undefined),
  );
}
