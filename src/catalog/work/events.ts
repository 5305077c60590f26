/** A callback as it was received. */
export interface EventView {
  at: string;
  kind: 'completed' | 'error' | 'audit' | 'recall' | 'batch' | 'other';
  task_id?: string | undefined;
  unique_id?: string | undefined;
  batch?: string | undefined;
  project?: string | undefined;
  status?: string | undefined;
  review?: string | undefined;
  /** Of a form that is not known: its members. */
  members?: readonly string[] | undefined;
}

export interface EventPage {
  events: EventView[];
  /** Events that match and are left out, because Scale could not be asked whose they are. */
  unchecked?: number;
  next_token?: string | undefined;
  /** Whether this server takes callbacks. */
  configured: boolean;
}

export interface EventQuery {
  project?: string | undefined;
  batch?: string | undefined;
  task_id?: string | undefined;
  kind?: EventView['kind'] | undefined;
  /** ISO 8601. */
  since?: string | undefined;
  limit: number;
  next_token?: string | undefined;
}

/** A task that ended and of which no callback was received. */
export interface GapView {
  task_id: string;
  status: string;
  ended_at?: string | undefined;
  callback_url?: string | undefined;
}

/** Tasks without a callback, those that ended last first. */
export interface GapPage {
  gaps: readonly GapView[];
  /** How many there are on all pages, and how many tasks were compared. */
  total: number;
  compared: number;
  /** Whether there were more tasks than are compared. */
  isCut: boolean;
  next_token?: string;
  /** Whether this server takes callbacks. */
  configured: boolean;
}

/** Callbacks that came, and those that did not. */
export interface EventWork {
  /** Callbacks about what the caller can read, the newest first. */
  list(query: EventQuery): Promise<EventPage>;
  /** Compares what the API says with the callbacks that came. */
  findGaps(query: EventQuery): Promise<GapPage>;
}
