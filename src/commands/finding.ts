/** One thing that was looked at; `advice` says what to do when it is not right. */
export interface Finding {
  what: string;
  state: 'ok' | 'warning' | 'problem';
  detail: string;
  advice?: string;
}
