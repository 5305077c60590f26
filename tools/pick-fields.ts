/** The row with only the named members, in the row's own order; the whole row when none are named. */
export function pickFields(
  row: Readonly<Record<string, unknown>>,
  fields: readonly string[] | undefined,
): Record<string, unknown> {
  if (!fields) return { ...row };
  return Object.fromEntries(Object.entries(row).filter(([key]) => fields.includes(key)));
}
