import { digestOf } from '../domain/configuration-digest.ts';
import type { Configuration } from '../domain/configuration.ts';
import { buildRouteTable } from '../domain/routing/route-table.ts';
import type { Context } from './context.ts';

/** The context of a running engine: its configuration can be replaced, and whoever asks the context sees the new one. */
export interface LiveContext {
  readonly context: Context;
  replace(configuration: Configuration): void;
}

/** What the composition root gives, all but what follows from the configuration. */
export type ContextBase = Omit<Context, 'configurationDigest' | 'routes'>;

export function liveContext(base: ContextBase): LiveContext {
  const derived = (configuration: Configuration) => ({
    configuration,
    digest: digestOf(configuration),
    routes: buildRouteTable(configuration),
  });
  let current = derived(base.configuration);
  const context: Context = {
    ...base,
    get configuration() {
      return current.configuration;
    },
    get configurationDigest() {
      return current.digest;
    },
    get routes() {
      return current.routes;
    },
  };
  return {
    context,
    replace: (configuration) => {
      current = derived(configuration);
    },
  };
}
