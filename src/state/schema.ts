import type { Generated } from 'kysely';

interface Owned {
  id: string;
  principal: string;
  key_id: string;
  project: string | null;
  updated_ms: number;
  document: string;
}

/** What each table and column is for stands in docs/state.md. */
export interface Schema {
  plans: Owned & { job_id: string };
  plan_rows: { plan_id: string; list: 'rows' | 'invalid' | 'existing'; position: number; document: string };
  jobs: Owned & { kind: string; state: string; created_at: string; cancel_requested: number };
  job_items: { job_id: string; item: string; position: number; outcome: string; document: string };
  exports: { job_id: string; record: string | null; edge: string | null };
  export_lines: { job_id: string; task_id: string; starts_at: number; document: string };
  events: {
    id: string;
    position: Generated<number>;
    received_ms: number;
    kind: string | null;
    task_id: string | null;
    batch: string | null;
    project: string | null;
    document: string;
  };
  consents: {
    id: string;
    principal: string;
    tool: string;
    digest: string;
    answer: 'yes' | 'no' | null;
    expires_ms: number;
    document: string;
  };
  leases: { name: string; holder: string; expires_ms: number };
  secrets: { name: string; value: string };
  processes: { id: string; pid: number };
  migrations: { name: string; applied_at: string };
}
