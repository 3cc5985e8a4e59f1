import * as E from 'fp-ts/lib/Either.js';

import type { Configuration } from '../../domain/configuration.ts';
import { checkConfiguration } from './checks.ts';
import { pathText, type ConfigProblem, type Report } from './problems.ts';
import type { Environment } from './readers.ts';
import { configurationShape } from './shape.ts';
import { readYaml } from './yaml-file.ts';

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  /** What the operator should know before going on. */
  readonly warnings: readonly ConfigProblem[];
}

/**
 * Reads a whole configuration, and refuses it with everything that is wrong with it at once (warnings among them).
 *
 * @param text YAML, see `config/example.yaml`
 * @param environment where `${NAME}` takes its value. A name that is not set is an error; only `http.token` may do without,
 *   because without a token nothing but loopback addresses is served.
 */
export function loadConfiguration(
  text: string,
  environment: Environment,
): E.Either<readonly ConfigProblem[], LoadedConfiguration> {
  const { raw, problems: yamlProblems, lineOf } = readYaml(text);
  if (raw === null) return E.left(yamlProblems);
  const problems = [...yamlProblems];
  const report: Report = (path, message, severity = 'error') =>
    problems.push({ severity, path: pathText(path), line: lineOf(path), message });

  const read = configurationShape(raw, [], { environment, report });
  const configuration = read && completed(read);
  const alreadyWrong = (path: string) =>
    problems.some((problem) => problem.severity === 'error' && problem.path.startsWith(path));
  if (configuration !== undefined) {
    // A value that could not be read says nothing about others.
    checkConfiguration(configuration, (path, message, severity) => {
      if (!alreadyWrong(pathText(path))) report(path, message, severity);
    });
  }
  return configuration === undefined || problems.some(({ severity }) => severity === 'error')
    ? E.left(problems)
    : E.right({ configuration, warnings: problems });
}

/** Defaults that follow from other values. */
function completed(configuration: Configuration): Configuration {
  const { node, kafka } = configuration;
  const [domain = ''] = node.domains;
  return {
    ...configuration,
    node: {
      ...node,
      systemAddress: node.systemAddress === '' ? `system-user@${domain}` : node.systemAddress,
    },
    kafka: { ...kafka, clientId: kafka.clientId === '' ? node.name : kafka.clientId },
  };
}
