import { ended } from '../../../projections/ended.ts';
import { evidence } from '../../../projections/evidence.ts';
import { messageIndex } from '../../../projections/message-index.ts';
import { openWork } from '../../../projections/open-work.ts';
import type { Projection } from '../../../projections/projection.ts';
import { routes } from '../../../projections/routes.ts';

/** Everything that is kept in `projections.db`. */
export const allProjections: readonly Projection[] = [openWork, messageIndex, routes, ended, evidence];
