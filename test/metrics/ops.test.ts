import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Histogram, Registry } from 'prom-client';
import { parse } from 'yaml';

import { openMetrics } from '../../adapters/metrics/metrics.ts';
import { memoryEngine } from '../support/memory-engine.ts';
import { configuration } from '../engine/world.ts';

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const operate = readFileSync('docs/operate.md', 'utf8');
const dashboard = JSON.parse(readFileSync('ops/grafana/mm4.json', 'utf8')) as Dashboard;
const alerts = parse(readFileSync('ops/prometheus/alerts.yml', 'utf8')) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
};
const rules = alerts.groups.flatMap((group) => group.rules);

/** All metrics of a running engine, with their labels; a histogram under the names that are asked for. */
async function registered(): Promise<ReadonlyMap<string, readonly string[]>> {
  const registry = new Registry();
  const metrics = openMetrics(registry);
  const { engine, time, openWork } = await memoryEngine({ configuration: configuration() });
  const disk = { free: () => Promise.resolve(1) };
  const syncs = () => ({ segments: 0, keys: 0 });
  metrics.follow({ clock: time.clock, engine, openWork, disk, syncs, connectionsIn: () => 0 });
  return new Map(
    registry.getMetricsAsArray().flatMap((metric): [string, readonly string[]][] => {
      const labels = 'labelNames' in metric ? (metric.labelNames as readonly string[]) : [];
      return metric instanceof Histogram
        ? [
            [`${metric.name}_bucket`, [...labels, 'le']],
            [`${metric.name}_sum`, labels],
            [`${metric.name}_count`, labels],
          ]
        : [[metric.name, labels]];
    }),
  );
}

/** The metrics that an expression asks for, with the labels that it selects by. */
function asked(expression: string): readonly { readonly name: string; readonly labels: readonly string[] }[] {
  return [...expression.matchAll(/\b(mm4_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', selector = '']) => ({
    name,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
}

async function assertKnown(expressions: readonly string[]): Promise<void> {
  const known = await registered();
  for (const expression of expressions) {
    const metrics = asked(expression);
    assert.ok(metrics.length > 0, `no metric in: ${expression}`);
    for (const { name, labels } of metrics) {
      assert.ok(known.has(name), `${name} is no metric: ${expression}`);
      for (const label of labels)
        assert.ok(known.get(name)?.includes(label), `${name} has no label ${label}: ${expression}`);
    }
  }
}

test('every query of the dashboard asks for metrics and labels that there are', async () => {
  const variables = dashboard.templating.list.flatMap(({ query }) =>
    typeof query === 'string' ? [] : [query.query],
  );
  await assertKnown([
    ...dashboard.panels.flatMap(({ targets }) => (targets ?? []).map(({ expr }) => expr)),
    ...variables,
  ]);
});

test('every panel of the dashboard shows something', () => {
  for (const { title, type, targets } of dashboard.panels)
    assert.ok(type === 'row' || (targets ?? []).length > 0, title);
});

test('every metric of ours is on the dashboard', async () => {
  const shown = new Set(
    dashboard.panels
      .flatMap(({ targets }) => (targets ?? []).flatMap(({ expr }) => asked(expr)))
      .map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')),
  );
  for (const name of (await registered()).keys()) {
    const isOurs = !/^mm4_(nodejs|process)_/.test(name);
    assert.ok(!isOurs || shown.has(name.replace(/_(bucket|sum|count)$/, '')), `${name} is not shown`);
  }
});

test('every alert asks for metrics and labels that there are', async () => {
  await assertKnown(rules.map(({ expr }) => expr));
});

test('every alert has a name of its own, and a runbook at the heading of that name', () => {
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const { alert, annotations } of rules) {
    assert.equal(annotations.runbook, `docs/operate.md#alert-${alert.toLowerCase()}`);
    assert.ok(annotations.summary.length > 0, alert);
    assert.match(operate, new RegExp(`^### Alert: ${alert}$`, 'm'));
  }
});

test('every metric of ours is explained', async () => {
  for (const name of (await registered()).keys()) {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    const isOurs = !/^mm4_(nodejs|process)_/.test(name);
    assert.ok(!isOurs || operate.includes(`\`${base}`), `docs/operate.md does not explain ${base}`);
  }
});
