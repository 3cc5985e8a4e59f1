import type { Configuration } from './configuration.ts';
import { sha256 } from './hash.ts';

/** SHA-256 of the configuration without secrets: in every event, and in the name of the stream `config-<digest>`. */
export function digestOf(configuration: Configuration): string {
  return sha256(canonicalJson(withoutSecrets(configuration)));
}

/** The configuration as it may be kept: of a password it still says that there was one. */
export function withoutSecrets(configuration: Configuration): Configuration {
  const { http, routing, accounting, partners } = configuration;
  return {
    ...configuration,
    http: { ...http, token: hidden(http.token) },
    routing: { ...routing, callback: { ...routing.callback, url: withoutCredentials(routing.callback.url) } },
    accounting: {
      preAuth: { ...accounting.preAuth, url: withoutCredentials(accounting.preAuth.url) },
      report: { ...accounting.report, url: withoutCredentials(accounting.report.url) },
    },
    partners: partners.map((partner) => ({
      ...partner,
      vasps: partner.vasps.map((vasp) => ({ ...vasp, password: hidden(vasp.password) })),
      routes: partner.routes.map((route) => ({ ...route, password: hidden(route.password) })),
    })),
  };
}

/** JSON with sorted keys and no spaces: equal configurations give equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function hidden(secret: string): string {
  return secret === '' ? '' : '(hidden)';
}

/** `user:password@` in a URL. */
function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//(hidden)@');
}
