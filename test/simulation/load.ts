import type { Chance } from '../support/chance.ts';
import type { Faults } from './faults.ts';
import type { Message } from './pdu.ts';
import { domainOf, numbers, partnerNames, type PartnerName } from './places.ts';

/** What people send to each other. */
export interface Load {
  /** One user of some partner's sends something to somebody, in one PDU or in several. */
  message(index: number): { readonly partner: PartnerName; readonly messages: readonly Message[] };
  /** Somebody's number, anywhere but at `home`. */
  recipients(home: PartnerName | 'own'): readonly string[];
}

export function peoplesLoad(chance: Chance, faults: Faults): Load {
  const earlier: { readonly partner: PartnerName; readonly id: string }[] = [];

  const recipients = (home: PartnerName | 'own'): readonly string[] => {
    const all = [...partnerNames, 'own' as const]
      .filter((place) => place !== home)
      .flatMap((place) => numbers[place]);
    const some = all.filter(() => chance.happens(250));
    return some.length === 0 ? [all[chance.between(0, all.length)] ?? ''] : some;
  };

  return {
    recipients,
    message: (index) => {
      const reused = faults.happens('idReused') ? earlier[chance.between(0, earlier.length)] : undefined;
      const partner = reused?.partner ?? chance.pick(partnerNames);
      const id = reused?.id ?? `m-${index}@${domainOf(partner)}`;
      earlier.push({ partner, id });
      const to = recipients(partner);
      const message: Message = {
        from: { domain: domainOf(partner), number: chance.pick(numbers[partner]) },
        transactionId: `t-${index}`,
        messageId: id,
        to,
        body: `Hello ${index}, ${'x'.repeat(chance.between(0, 2_000))}\r\n`,
        ack: chance.happens(800),
        delivery: chance.happens(600),
        read: chance.happens(400),
        subject: `message ${index}`,
        priority: chance.pick(['Low', 'Normal', 'High']),
        expiry: chance.between(1_200, 7_200),
      };
      // Some MMSCs send a PDU for each recipient.
      const split = chance.happens(150);
      const messages = split
        ? to.map((number, part) => ({ ...message, to: [number], transactionId: `t-${index}.${part}` }))
        : [message];
      return { partner, messages };
    },
  };
}
