import type { Timers } from '../../domain/ports.ts';
import type { IncomingPdu } from '../support/memory-engine.ts';
import type { Chance } from '../support/chance.ts';
import type { Faults } from './faults.ts';
import { numberIn, reportReq, resTo, type ReadPdu, type Report } from './pdu.ts';
import { domainOf, type PartnerName } from './places.ts';

/** Mails a PDU to the engine as this partner, again and again until it is answered for good. */
export type Deliver = (partner: PartnerName, transactionId: string, pdu: IncomingPdu) => void;

/** A report that a partner sends, and what it is truly about. */
export interface SentReport extends Pick<Report, 'kind' | 'status' | 'recipient' | 'transactionId'> {
  readonly partner: PartnerName;
  /** The message's own id. */
  readonly messageId: string;
  /** The id that is in the report. */
  readonly named: string;
  /** By one that never had the message. */
  readonly forged: boolean;
}

/** What only a forger writes. */
export const forgersText = 'forged';

const second = 1_000;
const atOnce = -1;

/** How the simulated partners answer what they get: as the book says, and in every way that they should not. */
export function answering(
  faults: Faults,
  chance: Chance,
  timers: Timers,
  deliver: Deliver,
  reported: (report: SentReport) => void,
): (partner: PartnerName, pdu: ReadPdu) => void {
  let reports = 0;
  const seen = new Set<string>();
  const after = (seconds: number, action: () => void): void => {
    timers.after(seconds * second + chance.between(0, 900), action);
  };
  /** Any other partner. */
  const forger = (partner: PartnerName): PartnerName => (partner === 'op-c' ? 'op-b' : 'op-c');

  const answer = (partner: PartnerName, pdu: ReadPdu, status: string, delay: number): void => {
    const respond = (by: PartnerName, code: string, at: number, text?: string): void => {
      const messageId = text === undefined ? nameOf(by, pdu) : `f.${pdu.messageId}`;
      const res = resTo(pdu, domainOf(by), {
        status: code,
        messageId,
        ...(text === undefined ? {} : { text }),
      });
      if (at === atOnce) deliver(by, pdu.transactionId, res);
      else after(at, () => deliver(by, pdu.transactionId, res));
    };
    // While the engine waits for the reply to its final dot.
    if (faults.happens('resEarly')) respond(partner, status, atOnce);
    else if (!faults.happens('resLost')) respond(partner, status, delay);
    if (faults.happens('resDoubled')) respond(partner, status, delay + chance.between(0, 100));
    if (faults.happens('resContradicting'))
      respond(partner, 'Error-service-denied', delay + chance.between(1, 1_000));
    if (faults.happens('resForged'))
      respond(forger(partner), 'Error-service-denied', chance.between(0, 5), forgersText);
  };

  const send = (
    by: PartnerName,
    pdu: ReadPdu,
    news: Pick<Report, 'kind' | 'status' | 'recipient'>,
    at: number,
    forged = false,
  ): void => {
    reports += 1;
    const transactionId = `${by}-r${reports}`;
    const messageId = forged ? pdu.messageId : nameOf(by, pdu);
    const swapped = faults.happens('reportSwapped');
    const told = reportReq(pdu, domainOf(by), { ...news, transactionId, messageId, swapped });
    reported({ ...news, partner: by, transactionId, messageId: pdu.messageId, named: messageId, forged });
    after(at, () => deliver(by, transactionId, told));
    if (faults.happens('reportDoubled'))
      after(at + chance.between(0, 50), () => deliver(by, transactionId, told));
  };

  const tell = (partner: PartnerName, pdu: ReadPdu, recipient: string, delay: number): void => {
    const wantsRead = pdu.header('X-Mms-Read-Reply') === 'Yes';
    const news = { kind: 'delivery', recipient } as const;
    const later = (): number => delay + chance.between(0, 120);
    if (faults.happens('reportForged'))
      send(forger(partner), pdu, { ...news, status: 'Rejected' }, later(), true);
    if (pdu.header('X-Mms-Delivery-Report') === 'Yes') {
      if (faults.happens('reportDeferredFirst')) send(partner, pdu, { ...news, status: 'Deferred' }, delay);
      const status = chance.pick(['Retrieved', 'Retrieved', 'Retrieved', 'Rejected', 'Expired']);
      send(partner, pdu, { ...news, status }, later());
      if (status !== 'Retrieved') return;
    }
    const read = chance.pick(['Read', 'Deleted without being read']);
    if (wantsRead) send(partner, pdu, { kind: 'read', recipient, status: read }, later());
  };

  const forwarded = (partner: PartnerName, pdu: ReadPdu): void => {
    const delay = faults.happens('resLate') ? chance.between(600, 4_000) : chance.between(0, 30);
    const status = faults.happens('resNegative')
      ? 'Error-content-not-accepted'
      : faults.happens('resTransient')
        ? 'Error-network-problem'
        : 'Ok';
    if (pdu.header('X-Mms-Ack-Request') === 'Yes') answer(partner, pdu, status, delay);
    if (status !== 'Ok') return;
    for (const recipient of pdu.rcptTo.map(numberIn)) {
      const key = `${partner} ${pdu.messageId} ${pdu.bodySha256} ${recipient}`;
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

/** The name a partner knows a message by: op-b gives each message it gets a name of its own. */
function nameOf(partner: PartnerName, { type, messageId, bodySha256 }: ReadPdu): string {
  return partner === 'op-b' && type === 'MM4_forward.REQ'
    ? `b.${messageId}.${bodySha256.slice(0, 6)}`
    : messageId;
}
