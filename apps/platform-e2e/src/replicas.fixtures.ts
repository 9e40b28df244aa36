/** Which replica of the reconciler works on how much, by the leases and by what the replicas say. */
import { stringAt } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import type { GatewayClient } from './gateway-client.fixtures.js';

export const LEASES = '/apis/coordination.k8s.io/v1/namespaces/holdfast-system/leases';
export const PARTITIONS = 64;

export interface ReplicaHealth {
  readonly name: string;
  readonly instance: string;
  readonly partitions: number;
}

/** Of every running replica that answers. */
export const replicasOf = async ({ stack }: TestStack): Promise<readonly ReplicaHealth[]> => {
  const processes = stack.describe().processes.filter(({ name }) => name.startsWith('reconciler'));
  const answers = await Promise.all(
    processes.map(async ({ name, health }) => {
      const answer = await fetch(health, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
      const body = (await answer?.json()) as Omit<ReplicaHealth, 'name'> | undefined;
      return body === undefined ? [] : [{ ...body, name }];
    }),
  );
  return answers.flat();
};

/** On a busy machine an answer may take longer than once asking allows. */
export const instanceOf = (test: TestStack, name: string): Promise<string> =>
  eventually(async () => (await replicasOf(test)).find((replica) => replica.name === name)?.instance);

/** How many partitions of the reconciler each holder has, by the leases. */
export const holdings = async (client: GatewayClient): Promise<ReadonlyMap<string, number>> => {
  const counts = new Map<string, number>();
  for (const { metadata, spec } of (await client.list(LEASES)).items) {
    if (!metadata.name.startsWith('reconciler-partition-')) continue;
    const holder = stringAt(spec ?? {}, 'holderIdentity') ?? '';
    counts.set(holder, (counts.get(holder) ?? 0) + 1);
  }
  return counts;
};

/** True when so many replicas work on everything, each on its share give or take one, as the leases say too. */
export const isSharedBy = async (test: TestStack, client: GatewayClient, count: number): Promise<boolean> => {
  const [replicas, held] = await Promise.all([replicasOf(test), holdings(client)]);
  const shares = replicas.map(({ partitions }) => partitions);
  return (
    replicas.length === count &&
    shares.reduce((sum, share) => sum + share, 0) === PARTITIONS &&
    Math.max(...shares) - Math.min(...shares) <= 1 &&
    replicas.every(({ instance, partitions }) => held.get(instance) === partitions)
  );
};
