import type { MmStatus } from '../../mm4/pdu.ts';
import type { DeliveryFailed, Refusal } from '../events.ts';
import { planRelay, type Moment } from '../plans.ts';
import { isFinal, recipientOf } from '../state.ts';
import { inOrder, type Step } from './conclude.ts';

export interface Failure {
  readonly status: MmStatus;
  readonly by: DeliveryFailed['by'];
  readonly why: Refusal;
  /** False: our own RES already said so, and a report would say it twice. */
  readonly report: boolean;
}

/** Each of the recipients that has no final status yet fails, and the originator hears it if it asked. */
export function fail(recipients: readonly string[], failure: Failure, moment: Moment): Step {
  return (state) => inOrder(state, ...recipients.map((address) => failOne(address, failure, moment)));
}

function failOne(address: string, failure: Failure, moment: Moment): Step {
  return (state) => {
    const recipient = recipientOf(state, address);
    if (isFinal(recipient.delivery)) return [];
    const content = {
      kind: 'delivery',
      status: failure.status,
      happenedAt: moment.now,
      text: failure.why.text,
    } as const;
    return [
      {
        type: 'DeliveryFailed',
        recipient: address,
        status: failure.status,
        by: failure.by,
        happenedAt: moment.now,
        stands: true,
        source: { kind: 'us', why: failure.why },
        answer: null,
        relay: failure.report ? planRelay(state, recipient, content, moment) : null,
      },
    ];
  };
}
