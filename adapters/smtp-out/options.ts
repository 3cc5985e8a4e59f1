import type { SmtpStep, Timers } from '../../domain/ports.ts';
import type { DialogueTap } from './dialogue.ts';

export interface SmtpOutOptions {
  /** What we call ourselves in EHLO: a domain name of ours. */
  readonly ehloName: string;
  /** The address of ours that connections leave from; the system's choice if undefined. */
  readonly localAddress?: string;
  /** Certificates (PEM) that routes with `tls: required` trust, instead of those Node.js knows. */
  readonly tlsCa?: readonly string[];
  /** How long each step may take, milliseconds. */
  readonly timeouts?: Partial<StepTimeouts>;
  readonly timers?: Timers;
  /** Who wants to hear every line of a session to this route, passwords and content left out; undefined: nobody. */
  readonly tap?: (route: string) => DialogueTap | undefined;
}

export type StepTimeouts = Readonly<Record<SmtpStep, number>>;

/** The options with everything filled in that may be left out. */
export interface SmtpOutSettings {
  readonly ehloName: string;
  readonly localAddress: string | undefined;
  readonly tlsCa: readonly string[] | undefined;
  readonly timeouts: StepTimeouts;
  readonly timers: Timers;
  readonly tap: NonNullable<SmtpOutOptions['tap']>;
}

const seconds = 1_000;
const minutes = 60 * seconds;

/** Protocol reference, section 5.5 (RFC 5321 4.5.3.2): the ten minutes after the final dot avoid duplicates. */
const defaultTimeouts: StepTimeouts = {
  connect: 30 * seconds,
  greeting: 5 * minutes,
  ehlo: 5 * minutes,
  starttls: 5 * minutes,
  auth: 5 * minutes,
  mail: 5 * minutes,
  rcpt: 5 * minutes,
  data: 2 * minutes,
  body: 3 * minutes,
  'final-dot': 10 * minutes,
};

/** Timers that do not keep the process alive: a socket that is waited for does that by itself. */
const realTimers: Timers = {
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export function settingsOf(options: SmtpOutOptions): SmtpOutSettings {
  return {
    ehloName: options.ehloName,
    localAddress: options.localAddress,
    tlsCa: options.tlsCa,
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    timers: options.timers ?? realTimers,
    tap: options.tap ?? (() => undefined),
  };
}
