/** Demand expressions: CEL over what a pool has and how often it was asked lately; the result is a number of instances. */
import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode, ParseResult } from '@marcbachmann/cel-js';

import { DEMAND_WINDOWS } from './demand.js';
import type { DemandCounts } from './demand.js';
import type { Instant } from './instant.js';
import type { PoolSnapshot } from './pool-snapshot.js';
import { wallClockOf } from './wall-clock.js';

export interface DemandInputs {
  readonly now: Instant;
  /** Whose clocks `hour` and `weekday` read; an unknown zone is read as UTC. */
  readonly timezone: string;
  /** What the schedules, or else the preset, ask for. */
  readonly scheduled: number;
  readonly running: number;
  readonly eligible: number;
  readonly expired: number;
  readonly inProgress: PoolSnapshot['inProgress'];
  readonly demand: DemandCounts;
}

export type DemandResult =
  | {
      readonly ok: true;
      readonly instances: number;
      /** The variables that the expression names, with their values. */
      readonly from: Readonly<Record<string, number>>;
    }
  | { readonly ok: false; readonly problem: string };

const MOST_CHARACTERS = 1_000;
const LIMITS = { maxAstNodes: 300, maxDepth: 32, maxListElements: 0, maxMapEntries: 0, maxCallArguments: 3 };

const INTEGERS = [
  ...['scheduled', 'running', 'eligible', 'expired', 'starting', 'stopping', 'deleting', 'hour', 'weekday'],
  ...DEMAND_WINDOWS.flatMap((minutes) => [`claims_${minutes}m`, `misses_${minutes}m`]),
];
/** A minute. */
const RATES = DEMAND_WINDOWS.map((minutes) => `claim_rate_${minutes}m`);

/** The names that an expression may use. */
export const DEMAND_VARIABLES: readonly string[] = [...INTEGERS, ...RATES];

const environment = (): Environment => {
  const cel = new Environment({ limits: LIMITS });
  for (const name of INTEGERS) cel.registerVariable(name, 'int');
  for (const name of RATES) cel.registerVariable(name, 'double');
  return cel
    .registerFunction('min(int, int): int', (a: bigint, b: bigint) => (a < b ? a : b))
    .registerFunction('max(int, int): int', (a: bigint, b: bigint) => (a > b ? a : b))
    .registerFunction('min(double, double): double', (a: number, b: number) => Math.min(a, b))
    .registerFunction('max(double, double): double', (a: number, b: number) => Math.max(a, b))
    .registerFunction('abs(int): int', (a: bigint) => (a < 0n ? -a : a))
    .registerFunction('abs(double): double', (a: number) => Math.abs(a))
    .registerFunction('ceil(double): double', (a: number) => Math.ceil(a))
    .registerFunction('floor(double): double', (a: number) => Math.floor(a))
    .registerFunction('clamp(int, int, int): int', (a: bigint, low: bigint, high: bigint) => {
      if (a < low) return low;
      return a > high ? high : a;
    })
    .registerFunction('clamp(double, double, double): double', (a: number, low: number, high: number) =>
      Math.max(low, Math.min(a, high)),
    );
};

const cel = environment();

/** Says what is wrong with an expression; undefined when it can be evaluated. */
export const demandExpressionProblem = (expression: string): string | undefined => {
  const read = readExpression(expression);
  return read.ok ? undefined : read.problem;
};

/** Evaluates an expression; a fraction is rounded up, and nothing below zero is asked for. */
export const evaluateDemand = (expression: string, inputs: DemandInputs): DemandResult => {
  const read = readExpression(expression);
  if (!read.ok) return read;
  try {
    const variables = variablesOf(inputs);
    const value = Number(read.evaluate(variables));
    if (!Number.isFinite(value)) return { ok: false, problem: `it gives ${value}, which is no number of instances` };
    const from = Object.fromEntries(read.names.map((name) => [name, Number(variables[name])]));
    return { ok: true, instances: Math.max(0, Math.ceil(value)), from };
  } catch (error) {
    return { ok: false, problem: summaryOf(error) };
  }
};

type Read =
  | { readonly ok: true; readonly evaluate: ParseResult; readonly names: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/** Expressions are few and evaluated for ever: each is read once. */
const readings = new Map<string, Read>();
const MOST_READINGS = 1_000;

const readExpression = (expression: string): Read => {
  const known = readings.get(expression);
  if (known !== undefined) return known;
  const read = parseExpression(expression);
  if (readings.size >= MOST_READINGS) readings.clear();
  readings.set(expression, read);
  return read;
};

const parseExpression = (expression: string): Read => {
  if (expression.length > MOST_CHARACTERS)
    return { ok: false, problem: `it is ${expression.length} characters long; ${MOST_CHARACTERS} are allowed` };
  try {
    const evaluate = cel.parse(expression);
    const foreign = foreignPart(evaluate.ast);
    if (foreign !== undefined)
      return {
        ok: false,
        problem: `"${foreign}" is neither a number, a variable, an operator nor a function of numbers`,
      };
    const { valid, type, error } = evaluate.check();
    if (!valid) return { ok: false, problem: summaryOf(error) };
    if (type !== 'int' && type !== 'double')
      return { ok: false, problem: `it gives a ${type}; expected a number of instances (int or double)` };
    const names = DEMAND_VARIABLES.filter((name) => isNamedIn(expression, name));
    return { ok: true, evaluate, names };
  } catch (error) {
    return { ok: false, problem: summaryOf(error) };
  }
};

/** An expression holds no strings, so a word of it is a name. */
const isNamedIn = (expression: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(expression);

const summaryOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? message;
};

/**
 * The first part of an expression that is not arithmetic. Without strings, lists and methods nothing can repeat, so that
 * evaluating costs no more than reading.
 */
const foreignPart = (node: ASTNode): string | undefined => {
  const text = node.input.slice(node.range.start, node.range.end);
  switch (node.op) {
    case 'value':
      return ['number', 'bigint', 'boolean'].includes(typeof node.args) ? undefined : text;
    case 'id':
      return undefined;
    case 'call':
      return firstForeign(node.args[1]);
    case '!_':
    case '-_':
      return foreignPart(node.args);
    case '?:':
    case '||':
    case '&&':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return firstForeign(node.args);
    default:
      return text;
  }
};

const firstForeign = (nodes: readonly ASTNode[]): string | undefined => {
  for (const node of nodes) {
    const foreign = foreignPart(node);
    if (foreign !== undefined) return foreign;
  }
  return undefined;
};

const variablesOf = (inputs: DemandInputs): Record<string, bigint | number> => {
  const { scheduled, running, eligible, expired, inProgress, demand } = inputs;
  const time = (wallClockOf(inputs.timezone) ?? wallClockOf('UTC'))?.read(inputs.now);
  const variables: Record<string, bigint | number> = {
    scheduled: BigInt(scheduled),
    running: BigInt(running),
    eligible: BigInt(eligible),
    expired: BigInt(expired),
    starting: BigInt(inProgress.start),
    stopping: BigInt(inProgress.stop),
    deleting: BigInt(inProgress.delete),
    hour: BigInt(time?.hour ?? 0),
    weekday: BigInt(time?.dayOfWeek ?? 0),
  };
  for (const minutes of DEMAND_WINDOWS) {
    variables[`claims_${minutes}m`] = BigInt(demand.claims[minutes]);
    variables[`misses_${minutes}m`] = BigInt(demand.misses[minutes]);
    variables[`claim_rate_${minutes}m`] = demand.claims[minutes] / minutes;
  }
  return variables;
};
