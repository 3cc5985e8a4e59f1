/** Who lives where in the simulated world, and the configuration that says so. */

export const partnerNames = ['op-a', 'op-b', 'op-c'] as const;
export type PartnerName = (typeof partnerNames)[number];

export const domainOf = (partner: PartnerName): string => `mmsc.${partner}.example`;

export const addresses: Readonly<Record<PartnerName, string>> = {
  'op-a': '192.0.2.1',
  'op-b': '192.0.2.2',
  'op-c': '192.0.2.3',
};

/** Subscribers by whose they are. */
export const numbers = {
  'op-a': ['+447700900101', '+447700900102'],
  'op-b': ['+447700900201', '+447700900202', '+447700900203'],
  'op-c': ['+447700900301', '+447700900302'],
  own: ['+447700900901', '+447700900902'],
} as const;

export const partnerOfRoute = (route: string): PartnerName => route.replace(/-out$/, '') as PartnerName;

/** What an operator may change in the configuration while the engine runs. */
export interface Settings {
  readonly retry: string;
  readonly ackTimeout: string;
  readonly maxRecipients: number;
  readonly rate: string;
  readonly requestAck: boolean;
}

export const firstSettings: Settings = {
  retry: '10s, 30s, 1m*',
  ackTimeout: '10m',
  maxRecipients: 3,
  rate: '',
  requestAck: true,
};

export function configurationOf(settings: Settings): string {
  const partner = (name: PartnerName, index: number): string => {
    const transit = partnerNames.filter((other) => other !== name).map((other) => `${other}-out`);
    // One sends again without a RES, one waits for an operator where it cannot know, one renames what it gets.
    const habits = {
      'op-a': 'onAckTimeout: leave, onUnknownOutcome: resend, requestAck: true',
      'op-b': `onAckTimeout: leave, onUnknownOutcome: hold, requestAck: ${settings.requestAck}`,
      'op-c': 'onAckTimeout: resend, onUnknownOutcome: resend, requestAck: true',
    }[name];
    const route = [
      `account: ${name}-out`,
      `recipients: ["+447700900${index + 1}*"]`,
      `server: ${addresses[name]}`,
      `domain: ${domainOf(name)}`,
      `retry: "${settings.retry}"`,
      'deadline: 1h',
      `ackTimeout: ${settings.ackTimeout}`,
      `maxRecipientsPerPdu: ${settings.maxRecipients}`,
      `rate: "${settings.rate}"`,
      'maxConnections: 2',
      habits,
    ];
    return `
  - name: ${name}
    domains: [${domainOf(name)}]
    transit: [${transit.join(', ')}]
    limits: { connections: 1000 }
    dialect: { renamesIds: ${name === 'op-b'} }
    vasps: [{ account: ${addresses[name]}, mm4AckRouting: ${name}-out }]
    routes: [{ ${route.join(', ')} }]`;
  };
  return `
node: { name: sim, domains: [mmsc.hub.example] }
subscribers: { masks: ["+4477009009*"] }
partners:${partnerNames.map(partner).join('')}
`;
}
