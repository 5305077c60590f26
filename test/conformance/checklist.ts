export type Shown = { suite: string } | { test: string; named: string } | { why: string };
interface Item {
  id: string;
  asked: string;
  met: string;
  shown: Shown[];
}
export const CHECKLIST: Record<'2026-07-28' | '2025-11-25', Item[]> = { '2026-07-28': [], '2025-11-25': [] };
