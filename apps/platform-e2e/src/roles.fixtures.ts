/** Which store is the transactor, by what their health says. */
import { eventually } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

interface StoreHealth {
  readonly status: string;
  readonly role?: string;
}

const LIMIT = { withinMs: 60_000 };

/** The name of the store in this role, once all stores are healthy. */
export const storeThatIs = ({ stack }: TestStack, role: 'transactor' | 'standby'): Promise<string> =>
  eventually(async () => {
    const stores = stack.describe().processes.filter(({ name }) => name.startsWith('resource-store'));
    const healths = await Promise.all(
      stores.map(async ({ name, health }) => {
        const answer = await fetch(health, { signal: AbortSignal.timeout(2_000) });
        return { name, ...((await answer.json()) as StoreHealth) };
      }),
    );
    if (healths.length < 2 || healths.some(({ status }) => status !== 'ok')) return undefined;
    return healths.find((health) => health.role === role)?.name;
  }, LIMIT);
