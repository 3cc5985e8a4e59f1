import { accessSync, constants } from 'node:fs';

import type { Configuration, Endpoint } from '../../domain/configuration.ts';
import { isLoopback, parseIp } from '../../domain/routing/ip.ts';
import { checkPartners } from './partner-checks.ts';
import type { Report } from './problems.ts';

/** What must hold between values that are right each by itself. A value that could not be read was reported already. */
export function checkConfiguration(configuration: Configuration, report: Report): void {
  checkNode(configuration, report);
  checkLimits(configuration, report);
  checkSockets(configuration, report);
  checkPartners(configuration, report);
}

function checkNode({ node }: Configuration, report: Report): void {
  const [first] = node.domains;
  if (first === undefined) {
    report(
      ['node', 'domains'],
      'at least one domain is needed; the first is ours in addresses and Message-IDs',
    );
    return;
  }
  const domain = node.systemAddress.slice(node.systemAddress.lastIndexOf('@') + 1).toLowerCase();
  if (!node.domains.includes(domain)) {
    report(
      ['node', 'systemAddress'],
      `"${domain}" is not one of node.domains; write such as system-user@${first}`,
    );
  }
}

function checkLimits({ limits, content }: Configuration, report: Report): void {
  if (limits.expiry >= content.bodies) {
    report(['limits', 'expiry'], 'a message would outlive its body; write less than content.bodies');
  }
  if (limits.decodedContent > limits.wireSize) {
    report(
      ['limits', 'decodedContent'],
      'more than ever fits into limits.wireSize; write less, or raise wireSize',
    );
  }
}

function checkSockets({ http, smtp }: Configuration, report: Report): void {
  if (http.token === '' && !isLocal(http.listen)) {
    report(
      ['http', 'listen'],
      'without http.token only loopback addresses are served; write 127.0.0.1:8080, or set a token',
    );
  }
  const { cert, key } = smtp.tls;
  if ((cert === '') !== (key === '')) {
    report(
      ['smtp', 'tls'],
      'a certificate needs its key and a key its certificate; write both files or neither',
    );
  }
  for (const name of ['cert', 'key'] as const) {
    const file = smtp.tls[name];
    if (file !== '' && !isReadable(file)) report(['smtp', 'tls', name], `the file ${file} cannot be read`);
  }
}

function isLocal({ host }: Endpoint): boolean {
  const address = parseIp(host);
  return host === 'localhost' || (address !== null && isLoopback(address));
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
