import type { Context } from './context.ts';
import { note } from './partner-streams.ts';

/** Stream `node-<name>`: when the engine ran, and under which configuration. */
export type NodeEvent =
  | { readonly type: 'Started'; readonly incarnation: string; readonly digest: string }
  | {
      readonly type: 'ConfigurationChanged';
      readonly digest: string;
      readonly by: string;
      readonly changes: readonly string[];
    };

export function noteNode(context: Context, event: NodeEvent): Promise<boolean> {
  return note(context, `node-${context.configuration.node.name}`, event, new Map());
}
