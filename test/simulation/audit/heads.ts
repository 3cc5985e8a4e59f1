import type { Received } from '../../../domain/mms/events.ts';
import { key, ofType, type Arrival, type Books, type Committed, type Problem } from './books.ts';
import { numberIn, type Message } from '../pdu.ts';

/** Of a header block only what is ours to change is changed: what the sender said about his message arrives as he said it. */
export function changedHeads(
  books: Books,
  stream: string,
  committed: readonly Committed[],
  arrivals: readonly Arrival[],
): readonly Problem[] {
  return arrivals.flatMap(({ partner, pdu }): readonly Problem[] => {
    const [recipient] = pdu.rcptTo.map(numberIn);
    const intake = ofType(committed, 'Received').find(({ recipients }) =>
      recipients.some(({ address }) => address === recipient),
    );
    const message =
      intake === undefined
        ? undefined
        : books.mailed.get(key(intake.from.partner, intake.transactionId.normal));
    if (intake === undefined || message === undefined) return [];
    const wrong = (what: string): Problem => ({
      promise: 'bytes out are bytes in',
      what: `${stream} left for ${partner} with ${what}`,
    });
    const changed = fieldsOf(message)
      .filter(([name, value]) => pdu.header(name) !== value)
      .map(([name, value]) => wrong(`${name}: ${pdu.header(name)}, not ${value}`));
    return isSameExpiry(pdu.header('X-Mms-Expiry'), message, intake)
      ? changed
      : [...changed, wrong(`X-Mms-Expiry: ${pdu.header('X-Mms-Expiry')}, not ${message.expiry}`)];
  });
}

function fieldsOf({
  messageId,
  to,
  delivery,
  read,
  priority,
  subject,
}: Message): readonly [string, string][] {
  return [
    ['X-Mms-Message-ID', `"${messageId}"`],
    ['To', to.map((number) => `${number}/TYPE=PLMN@mmsc.hub.example`).join(', ')],
    ['X-Mms-Delivery-Report', delivery ? 'Yes' : 'No'],
    ['X-Mms-Read-Reply', read ? 'Yes' : 'No'],
    ['X-Mms-Priority', priority],
    ['Subject', subject],
    ['X-Operator-Note', subject],
  ];
}

/** As it came, or, where it is late, as the instant that it meant. */
function isSameExpiry(value: string, { expiry }: Message, { expiresAt }: Received): boolean {
  return value === String(expiry) || Math.abs(Date.parse(value) - expiresAt) < 1_000;
}
