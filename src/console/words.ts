const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const MONEY = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function number(value: number): string {
  return WHOLE.format(value);
}

/** Such as `12.4K`, for places with little room. */
export function shortNumber(value: number): string {
  return SHORT.format(value);
}

export function money(value: number, currency: string): string {
  return `${MONEY.format(value)} ${currency}`;
}

/** Such as `3 tasks`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** Such as `about 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3_600) return `${(seconds / 3_600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} days`;
}

export function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

/** `scale_ai_list_tasks` as `list_tasks`: every tool begins alike. */
export function shortTool(tool: string): string {
  return tool.replace(/^scale_ai_/, '');
}
