/** Seven partners. At first all are up; when everything stops, op-c, op-d and op-g have been down for a while. */
export const partners = ['op-a', 'op-b', 'op-c', 'op-d', 'op-e', 'op-f', 'op-g'] as const;
export type PartnerName = (typeof partners)[number];

export const domainOf = (partner: PartnerName): string => `mmsc.${partner}.example`;
export const addressOf = (partner: PartnerName): string => `192.0.2.${partners.indexOf(partner) + 1}`;
/** A subscriber of this partner. */
export const numberOf = (partner: PartnerName, one = 1): string =>
  `+447700900${partners.indexOf(partner) + 1}0${one}`;
export const routeOf = (partner: PartnerName): string => `${partner}-out`;
export const partnerOf = (route: string): PartnerName => route.replace(/-out$/, '') as PartnerName;
export const ownNumber = '+447700900901';

const peculiar: Partial<Record<PartnerName, { readonly partner?: string; readonly route?: string }>> = {
  'op-e': { partner: 'dialect: { renamesIds: true }' },
  'op-f': { route: 'onUnknownOutcome: hold' },
  'op-g': { route: 'deadline: 5m' },
};

function partner(name: PartnerName): string {
  const transit = partners.filter((other) => other !== name).map(routeOf);
  const terms = peculiar[name]?.route ?? 'deadline: 4h';
  return `
  - name: ${name}
    domains: [${domainOf(name)}]
    transit: [${transit.join(', ')}]${peculiar[name]?.partner === undefined ? '' : `\n    ${peculiar[name].partner}`}
    vasps: [{ account: ${addressOf(name)}, mm4AckRouting: ${routeOf(name)} }]
    routes:
      - account: ${routeOf(name)}
        recipients: ["+447700900${partners.indexOf(name) + 1}*"]
        server: ${addressOf(name)}
        domain: ${domainOf(name)}
        retry: "30m*"
        ackTimeout: 10m
        maxRecipientsPerPdu: 3
        maxConnections: 4
        ${terms}`;
}

export const configuration = `node: { name: hub, domains: [mmsc.hub.example] }
limits: { expiry: 6h }
subscribers: { masks: ["+4477009009*"] }
partners:${partners.map(partner).join('')}
`;
