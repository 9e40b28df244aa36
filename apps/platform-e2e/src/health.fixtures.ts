/** What the services say about themselves on their admin ports. */
import type { TestStack } from '@holdfast/testing';

interface Health {
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly status: string }>>;
}

/** Of each service the checks that are red; a service that does not answer is red as a whole. */
export const redChecks = async ({ stack }: TestStack): Promise<Record<string, readonly string[]>> => {
  const services = stack.describe().processes.filter(({ name }) => name !== 'nats-server' && name !== 'postgres');
  const entries = services.map(async ({ name, health }) => [name, await redOf(health)] as const);
  return Object.fromEntries(await Promise.all(entries));
};

const redOf = async (url: string): Promise<readonly string[]> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  if (answer === undefined) return ['no answer'];
  const { checks, status } = (await answer.json()) as Health;
  const red = Object.entries(checks).filter((check) => check[1].status !== 'ok');
  return [...red.map(([name]) => name).sort(), ...(answer.ok === (status === 'ok') ? [] : ['code'])];
};

/** One number of a service's metrics; 0 when it is not there yet. */
export const metricOf = async ({ stack }: TestStack, service: string, name: string): Promise<number> => {
  const health = stack.describe().processes.find((process) => process.name === service)?.health ?? '';
  const text = await (await fetch(health.replace('/healthz', '/metrics'))).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
  return Number(line?.split(' ').at(-1) ?? 0);
};
