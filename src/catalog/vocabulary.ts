/** The words every declaration, role and policy is written in. */

export const EFFECTS = ['read', 'create', 'update', 'delete'] as const;
export type Effect = (typeof EFFECTS)[number];

/** What a call can set off beyond its own effect. */
export const CONSEQUENCES = ['billable', 'emails', 'irreversible', 'replaces', 'grants_access'] as const;
export type Consequence = (typeof CONSEQUENCES)[number];

/** How far a tool looks: into one project at a time, over the whole team, or at the caller's own plans and jobs. */
export type Reach = 'project' | 'team' | 'own';

/** The groups that tools are declared in. */
export const TOOLSETS = [
  'account',
  'annotation',
  'tasks',
  'batches',
  'projects',
  'files',
  'studio',
  'team',
  'quality',
  'bulk',
  'results',
] as const;
export type Toolset = (typeof TOOLSETS)[number];

/**
 * Groups that cut across the toolsets: `default` is what a server without a selection offers, `minimal` the way
 * from a project to its results, `seed` the 41 operations the product began with, `all` every tool there is.
 */
export const SPECIAL_TOOLSETS = ['default', 'minimal', 'seed', 'all'] as const;
export type SpecialToolset = (typeof SPECIAL_TOOLSETS)[number];

/** Which data a call touched: `live` costs money and reaches people, `test` and `sandbox` do neither. */
export const MODES = ['live', 'test', 'sandbox'] as const;
export type Mode = (typeof MODES)[number];
