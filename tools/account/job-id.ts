/** A plan and the job that carries it out are named alike, and either may be given. */
export function jobOf(id: string): string {
  return id.replace(/^plan_/, 'job_');
}

export function planOf(id: string): string {
  return id.replace(/^job_/, 'plan_');
}
