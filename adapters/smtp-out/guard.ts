import { canBeSaid } from '../../domain/mm4/render-address.ts';
import type { OutgoingMail, SendOutcome, SmtpReply } from '../../domain/ports.ts';
import type { Extensions } from './ehlo.ts';

/**
 * Refuses, as if the peer had done so but without saying a word to it, what it is known not to take: a mail above the SIZE it
 * announced, and addresses that would break out of their command.
 */
export function refusedBeforehand(mail: OutgoingMail, extensions: Extensions): SendOutcome | undefined {
  if (mail.mailFrom !== '' && !canBeSaid(mail.mailFrom)) {
    return { kind: 'refused', at: 'mail', reply: badAddress('the sender'), refused: [] };
  }
  const bad = mail.rcptTo.filter((address) => !canBeSaid(address));
  if (bad.length > 0 || mail.rcptTo.length === 0) {
    const reply = badAddress('a recipient');
    return { kind: 'refused', at: 'rcpt', reply, refused: bad.map((address) => ({ address, reply })) };
  }
  if (extensions.maxSize !== null && mail.size > extensions.maxSize) {
    const text = `${mail.size} octets are above the partner's announced limit of ${extensions.maxSize}; nothing was sent`;
    return {
      kind: 'refused',
      at: 'mail',
      reply: { code: 552, enhanced: '5.3.4', text, ours: true },
      refused: [],
    };
  }
  return undefined;
}

function badAddress(whose: string): SmtpReply {
  return {
    code: 553,
    enhanced: '5.1.3',
    text: `the address of ${whose} cannot be said in SMTP; nothing was sent`,
    ours: true,
  };
}
