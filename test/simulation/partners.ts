import type { Timers } from '../../domain/ports.ts';
import type { IncomingPdu } from '../support/memory-engine.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import { numberIn, report, resTo, type ReadPdu } from './pdu.ts';

/** Mails a PDU to the engine as this partner, again and again until it is answered for good. */
export type Deliver = (partner: PartnerName, pdu: IncomingPdu) => void;

export type PartnerName = 'op-a' | 'op-b' | 'op-c';
export const domainOf = (partner: PartnerName): string => `mmsc.${partner}.example`;

const second = 1_000;

/** How the simulated partners answer what they get: as the book says, and in every way that they should not. */
export function answering(
  faults: Faults,
  chance: Chance,
  timers: Timers,
  deliver: Deliver,
): (partner: PartnerName, pdu: ReadPdu) => void {
  let reports = 0;
  const seen = new Set<string>();
  const after = (seconds: number, action: () => void): void => {
    timers.after(seconds * second + chance.between(0, 900), action);
  };

  const answer = (partner: PartnerName, pdu: ReadPdu, status: string, delay: number): void => {
    const res = resTo(pdu, domainOf(partner), status);
    if (!faults.happens('resLost')) after(delay, () => deliver(partner, res));
    if (faults.happens('resDoubled')) after(delay + chance.between(0, 100), () => deliver(partner, res));
    if (faults.happens('resContradicting')) {
      const other = resTo(pdu, domainOf(partner), 'Error-service-denied');
      after(delay + chance.between(1, 1_000), () => deliver(partner, other));
    }
    if (faults.happens('resForged')) {
      const forger: PartnerName = partner === 'op-c' ? 'op-b' : 'op-c';
      const forged = resTo(pdu, domainOf(forger), 'Error-service-denied');
      after(chance.between(0, 5), () => deliver(forger, forged));
    }
  };

  const tell = (partner: PartnerName, pdu: ReadPdu, recipient: string, delay: number): void => {
    const send = (kind: 'delivery' | 'read', status: string, at: number): void => {
      reports += 1;
      const wish = { recipient, kind, status, id: `${partner}-${reports}` };
      const told = report(pdu, domainOf(partner), wish);
      after(at, () => deliver(partner, told));
      if (faults.happens('reportDoubled')) after(at + chance.between(0, 50), () => deliver(partner, told));
    };
    if (pdu.header('X-Mms-Delivery-Report') === 'Yes') {
      if (faults.happens('reportDeferredFirst')) send('delivery', 'Deferred', delay);
      const status = chance.pick(['Retrieved', 'Retrieved', 'Retrieved', 'Rejected', 'Expired']);
      send('delivery', status, delay + chance.between(0, 60));
      if (status === 'Retrieved' && pdu.header('X-Mms-Read-Reply') === 'Yes') {
        send('read', chance.pick(['Read', 'Deleted without being read']), delay + chance.between(0, 120));
      }
    } else if (pdu.header('X-Mms-Read-Reply') === 'Yes') {
      send('read', 'Read', delay + chance.between(0, 120));
    }
  };

  const forwarded = (partner: PartnerName, pdu: ReadPdu): void => {
    const delay = faults.happens('resLate') ? chance.between(600, 4_000) : chance.between(0, 30);
    const status = faults.happens('resNegative')
      ? 'Error-content-not-accepted'
      : faults.happens('resTransient')
        ? 'Error-network-problem'
        : 'Ok';
    answer(partner, pdu, status, delay);
    if (status !== 'Ok') return;
    for (const recipient of pdu.rcptTo.map(numberIn)) {
      const key = `${partner} ${pdu.messageId} ${recipient}`;
      // A repeat is known again, and reported on once.
      if (seen.has(key)) continue;
      seen.add(key);
      tell(partner, pdu, recipient, faults.happens('reportBeforeRes') ? 0 : delay + chance.between(1, 60));
    }
  };

  return (partner, pdu) => {
    if (pdu.type === 'MM4_forward.REQ') forwarded(partner, pdu);
    else if (pdu.type.endsWith('.REQ')) answer(partner, pdu, 'Ok', chance.between(0, 20));
  };
}
