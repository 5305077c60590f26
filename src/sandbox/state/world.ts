import { DATA_SETS } from '../keys.ts';
import { isObject } from '../json.ts';
import { Journal } from './journal.ts';
import { COLLECTION_NAMES, Store } from './store.ts';
import type { DataSet } from '../keys.ts';
import type { CollectionName } from './store.ts';

/** Both data sets, and the journal that makes them survive. */
export interface World {
  readonly stores: Readonly<Record<DataSet, Store>>;
  /** True when nothing was there before. */
  readonly isNew: boolean;
  /** Resolves when every change so far would survive a kill. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** @param directory where state is kept; in memory without one */
export async function openWorld(directory: string | undefined): Promise<World> {
  let journal: Journal | undefined;
  const storeFor = (set: DataSet): Store => new Store((put) => journal?.add({ set, ...put }));
  const stores = { live: storeFor('live'), test: storeFor('test') };
  if (directory !== undefined) {
    journal = await Journal.open(
      directory,
      (change) => restore(stores, change),
      () => everything(stores),
    );
  }
  return {
    stores,
    isNew: DATA_SETS.every((set) => stores[set].projects.size + stores[set].tasks.size === 0),
    flush: () => journal?.flush() ?? Promise.resolve(),
    close: () => journal?.close() ?? Promise.resolve(),
  };
}

/** The journal holds what this program wrote, so records are taken as they are. */
function restore(stores: World['stores'], change: unknown): void {
  if (!isObject(change) || typeof change['key'] !== 'string') return;
  const set = DATA_SETS.find((name) => name === change['set']);
  const collection = COLLECTION_NAMES.find((name) => name === change['collection']);
  if (!set || !collection) return;
  if (change['value'] === null) stores[set][collection].delete(change['key']);
  else restoreRecord(stores[set], collection, change['key'], change['value']);
}

function restoreRecord(store: Store, collection: CollectionName, key: string, value: unknown): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by put() of the same version
  store.restore(collection, key, value as never);
}

function* everything(stores: World['stores']): Generator {
  for (const set of DATA_SETS) {
    for (const collection of COLLECTION_NAMES) {
      for (const [key, value] of stores[set][collection]) yield { set, collection, key, value };
    }
  }
}
