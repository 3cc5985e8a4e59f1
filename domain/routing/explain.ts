import type { Considered, RouteDecision } from './route-table.ts';

/** The steps of a decision, one sentence each, as an operator reads them. */
export function explainDecision(decision: RouteDecision): readonly string[] {
  const steps = decision.considered.map(explainStep);
  return decision.to === 'none' ? [...steps, reasons[decision.reason]] : steps;
}

const reasons = {
  'no-route': 'refused: no mask matches, and there is no default route',
  'not-permitted':
    'refused: no other way is tried, because nobody chose it; grant it under `transit` if it is wanted',
  'back-to-origin': 'refused: every way that matches leads back to where the message came from',
};

function explainStep({ by, mask, ways, verdict }: Considered): string {
  return `${causes[by]}${mask === undefined ? '' : ` ${mask}`} -> ${ways.join(' or ')}: ${verdicts[verdict]}`;
}

const causes = {
  fixed: 'fixed routing of the VASP entry',
  sender: 'Default Sender Address is the sender',
  mask: 'mask',
  default: 'default route',
};

const verdicts = {
  taken: 'taken',
  'not-permitted': 'the partner has no transit right to it',
  'back-to-origin': 'passed over, the message came from there',
};
