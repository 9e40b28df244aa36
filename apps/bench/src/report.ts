/** The table for people and the JSON for machines; both from the same rows. */
import Table from 'cli-table3';
import colors from 'picocolors';

import { isReached, MEASURES } from './measures.js';
import type { Goal, Measure } from './measures.js';
import { spreadOf } from './statistics.js';
import type { Spread } from './statistics.js';

export interface Row extends Spread {
  readonly measure: string;
  readonly unit: string;
  readonly runs: number;
  readonly goal?: Goal;
  readonly reached?: boolean;
}

/** Values by the name of their measure, one of each run. */
export class Results {
  private readonly samples = new Map<string, number[]>();

  add(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) {
      if (!MEASURES.some((measure) => measure.name === name)) throw new Error(`${name} is not a measure`);
      this.samples.set(name, [...(this.samples.get(name) ?? []), value]);
    }
  }

  samplesOf(name: string): readonly number[] {
    return this.samples.get(name) ?? [];
  }

  rows(): readonly Row[] {
    return MEASURES.flatMap((measure) => {
      const samples = this.samples.get(measure.name);
      return samples === undefined ? [] : [rowOf(measure, samples)];
    });
  }
}

const rowOf = ({ name, unit, goal }: Measure, samples: readonly number[]): Row => {
  const spread = spreadOf(samples);
  const judged = goal === undefined ? {} : { goal, reached: isReached(goal, spread.median) };
  return { measure: name, unit, runs: samples.length, ...spread, ...judged };
};

export const renderTable = (rows: readonly Row[]): string => {
  const table = new Table({
    head: ['measure', 'median', 'min – max', 'goal', ''].map((text) => colors.bold(text)),
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'left'],
  });
  for (const row of rows) {
    const range = row.runs === 1 ? '' : `${figure(row.min)} – ${figure(row.max)}`;
    table.push([row.measure, `${figure(row.median)} ${row.unit}`, range, goalText(row), verdict(row)]);
  }
  return table.toString();
};

const figure = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : 2 });

const goalText = ({ goal, unit }: Row): string => {
  if (goal === undefined) return '';
  return 'atLeast' in goal ? `≥ ${figure(goal.atLeast)} ${unit}` : `< ${figure(goal.below)} ${unit}`;
};

const verdict = ({ reached }: Row): string => {
  if (reached === undefined) return '';
  return reached ? colors.green('reached') : colors.red('missed');
};
