import { Counter, type Registry } from 'prom-client';

import type { SmtpReply } from '../../domain/ports.ts';
import type { PduIntake, Reception, Visitor } from '../../engine/reception.ts';

/** Who is not known, or not yet. */
const stranger = 'stranger';

/** The reception, with every reply counted by which it tells a peer no: those of which nothing is recorded too. */
export function countedReception(registry: Registry): (reception: Reception) => Reception {
  const counter = new Counter({
    name: 'mm4_smtp_in_refusals_total',
    help: 'Replies other than 250 to peers, by the step of the dialogue and the SMTP code',
    labelNames: ['partner', 'step', 'code'],
    registers: [registry],
  });
  const count = ({ partner = stranger }: Partial<Visitor>, step: string, reply?: SmtpReply): void => {
    if (reply !== undefined && reply.code !== 250) counter.inc({ partner, step, code: reply.code });
  };
  const counted = (visitor: Visitor, intake: PduIntake): PduIntake => ({
    ...intake,
    finish: async () => {
      const reply = await intake.finish();
      count(visitor, 'data', reply);
      return reply;
    },
  });

  return (reception) => ({
    welcome: (address) => {
      const welcome = reception.welcome(address);
      if ('refused' in welcome) count({}, 'welcome', welcome.refused);
      return welcome;
    },
    login: (visitor, login, password) => {
      const answer = reception.login(visitor, login, password);
      if ('code' in answer) count(visitor, 'auth', answer);
      return answer;
    },
    mail: (visitor, mailFrom, size) => {
      const reply = reception.mail(visitor, mailFrom, size);
      count(visitor, 'mail', reply);
      return reply;
    },
    rcpt: (visitor, rcptTo, already) => {
      const reply = reception.rcpt(visitor, rcptTo, already);
      count(visitor, 'rcpt', reply);
      return reply;
    },
    data: (visitor, envelope) => counted(visitor, reception.data(visitor, envelope)),
    goodbye: reception.goodbye,
  });
}
