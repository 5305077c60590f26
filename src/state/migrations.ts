import type { DatabaseKind } from './state-database.ts';

/**
 * Statements by the name of their migration, in the order in which they are applied, each once. One that has been
 * released is never changed: a change is a new one.
 */
export function migrations(kind: DatabaseKind): ReadonlyMap<string, readonly string[]> {
  return new Map([['001_tables', tables(kind)]]);
}

function tables(kind: DatabaseKind): string[] {
  const counted =
    kind === 'sqlite'
      ? 'integer primary key autoincrement'
      : 'bigint generated always as identity primary key';
  return [
    `create table plans (
       id text primary key, principal text not null, key_id text not null, project text, job_id text not null,
       updated_ms bigint not null, document text not null)`,
    `create table plan_rows (
       plan_id text not null references plans (id) on delete cascade, list text not null, position bigint not null,
       document text not null, primary key (plan_id, list, position))`,
    `create table jobs (
       id text primary key, kind text not null, principal text not null, key_id text not null, project text,
       state text not null, created_at text not null, updated_ms bigint not null,
       cancel_requested integer not null default 0, document text not null)`,
    'create index jobs_by_owner on jobs (principal, key_id, created_at)',
    'create index jobs_by_state on jobs (state)',
    `create table job_items (
       job_id text not null references jobs (id) on delete cascade, item text not null, position bigint not null,
       outcome text not null, document text not null, primary key (job_id, item))`,
    'create index job_items_by_position on job_items (job_id, position)',
    'create index job_items_by_outcome on job_items (job_id, outcome, position)',
    `create table exports (
       job_id text primary key references jobs (id) on delete cascade, record text, edge text)`,
    `create table export_lines (
       job_id text not null references jobs (id) on delete cascade, task_id text not null, starts_at bigint not null,
       document text not null, primary key (job_id, task_id))`,
    'create index export_lines_by_start on export_lines (job_id, starts_at)',
    `create table events (
       position ${counted}, id text not null unique, received_ms bigint not null, kind text, task_id text,
       batch text, project text, document text not null)`,
    `create table consents (
       id text primary key, principal text not null, tool text not null, digest text not null, answer text,
       expires_ms bigint not null, document text not null)`,
    'create table leases (name text primary key, holder text not null, expires_ms bigint not null)',
    'create table secrets (name text primary key, value text not null)',
    'create table processes (id text primary key, pid integer not null)',
    // The form that rate-limiter-flexible expects.
    'create table limits (key varchar(255) primary key, points integer not null default 0, expire bigint)',
  ];
}
