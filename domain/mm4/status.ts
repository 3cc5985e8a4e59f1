import { comparable, type Reading } from './flags.ts';
import {
  requestStatuses,
  type MmStatus,
  type ReadStatus,
  type RequestStatus,
  type StatusClass,
} from './pdu.ts';

/** The vocabularies of reference section 2, as data. Each reading says if the spelling was another, or unknown. */

// ---------------------------------------------------------------- X-Mms-Request-Status-Code (2.1)

const classes: Readonly<Record<RequestStatus, StatusClass>> = {
  Ok: 'success',
  'Error-unspecified': 'permanent',
  'Error-service-denied': 'permanent',
  'Error-message-format-corrupt': 'permanent',
  'Error-sending-address-unresolved': 'permanent',
  'Error-message-not-found': 'permanent',
  'Error-network-problem': 'transient',
  'Error-content-not-accepted': 'permanent',
  'Error-unsupported-message': 'permanent',
};

/** What OMA names, after their class prefix, come down to. */
const omaNames: Readonly<Record<string, RequestStatus>> = {
  failure: 'Error-unspecified',
  'service-denied': 'Error-service-denied',
  'message-format-corrupt': 'Error-message-format-corrupt',
  'sending-address-unresolved': 'Error-sending-address-unresolved',
  'message-not-found': 'Error-message-not-found',
  'network-problem': 'Error-network-problem',
  'content-not-accepted': 'Error-content-not-accepted',
  'unsupported-message': 'Error-unsupported-message',
};

export interface RequestStatusReading extends Reading<RequestStatus> {
  readonly class: StatusClass;
}

export function readRequestStatus(raw: string | undefined): RequestStatusReading {
  const plain = comparable(raw ?? '');
  const canonical = requestStatuses.find((status) => status.toLowerCase() === plain);
  if (canonical !== undefined) return { value: canonical, class: classes[canonical] };
  const numeric = numericStatus(plain);
  if (numeric !== undefined) return { value: numeric, class: classes[numeric], warning: 'enum-spelling' };
  const oma = /^error-(transient|permanent)-(.+)$/.exec(plain);
  if (oma !== null) {
    const value = omaNames[oma[2] ?? ''] ?? 'Error-unspecified';
    return { value, class: oma[1] === 'transient' ? 'transient' : 'permanent', warning: 'enum-spelling' };
  }
  const spaced = requestStatuses.find((status) => letters(status) === letters(plain));
  if (spaced !== undefined) return { value: spaced, class: classes[spaced], warning: 'enum-spelling' };
  return { value: 'Error-unspecified', class: 'permanent', warning: 'enum-unknown-defaulted' };
}

/** 0 and 128 are Ok, 129 to 136 the others in order (the octets of MM1). */
function numericStatus(plain: string): RequestStatus | undefined {
  if (plain === '0') return 'Ok';
  return /^1(2[89]|3[0-6])$/.test(plain) ? requestStatuses[Number(plain) - 128] : undefined;
}

// ---------------------------------------------------------------- X-Mms-MM-Status-Code (2.2)

const mmStatuses: Readonly<Record<MmStatus, { readonly final: boolean }>> = {
  Retrieved: { final: true },
  Expired: { final: true },
  Rejected: { final: true },
  Deferred: { final: false },
  Unrecognised: { final: true },
  Indeterminate: { final: true },
  Forwarded: { final: false },
};

const otherMmStatuses: Readonly<Record<string, MmStatus>> = {
  unrecognized: 'Unrecognised',
  forwardedtommbox: 'Forwarded',
  unreachable: 'Rejected',
};

export function readMmStatus(raw: string | undefined): Reading<MmStatus> & { readonly final: boolean } {
  const plain = comparable(raw ?? '');
  const names = Object.keys(mmStatuses) as MmStatus[];
  const canonical = names.find((status) => status.toLowerCase() === plain);
  const value = canonical ?? otherMmStatuses[letters(plain)] ?? 'Indeterminate';
  const { final } = mmStatuses[value];
  if (canonical !== undefined) return { value, final };
  const warning = letters(plain) in otherMmStatuses ? 'enum-spelling' : 'enum-unknown-defaulted';
  return { value, final, warning };
}

// ---------------------------------------------------------------- X-Mms-Read-Status (2.4)

const readStatuses: readonly ReadStatus[] = ['Read', 'Deleted without being read'];

export function readReadStatus(raw: string | undefined): Reading<ReadStatus> {
  const plain = comparable(raw ?? '');
  const canonical = readStatuses.find((status) => status.toLowerCase() === plain);
  if (canonical !== undefined) return { value: canonical };
  const spelled = readStatuses.find((status) => letters(status) === letters(plain));
  return spelled === undefined
    ? { value: 'Read', warning: 'enum-unknown-defaulted' }
    : { value: spelled, warning: 'enum-spelling' };
}

/** Only the letters, in lower case: spellings differ in blanks, dashes and case. */
function letters(text: string): string {
  return text.toLowerCase().replace(/[^a-z]/g, '');
}

// ---------------------------------------------------------------- X-Mms-MM-Status-Extension (2.3)

/** Two families of words are met; by the word `recipient` or `other` they are told apart. The first family is emitted. */
export function readStatusExtension(raw: string | undefined): Reading<string> | undefined {
  if (raw === undefined || raw === '') return undefined;
  const plain = comparable(raw);
  if (plain === 'rejected-by-vas-area-limit') return { value: raw };
  const value = plain.includes('recipient')
    ? 'Rejection-By-MMS-Recipient'
    : plain.includes('other')
      ? 'Rejection-By-Other-RS'
      : null;
  if (value === null) return { value: raw, warning: 'enum-unknown-defaulted' };
  return value.toLowerCase() === plain ? { value } : { value, warning: 'enum-spelling' };
}
