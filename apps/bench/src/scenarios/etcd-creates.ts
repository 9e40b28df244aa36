/** etcd's own create: a transaction that puts the key if it does not exist, over its plain HTTP gateway. */
import { findEtcd, startEtcd } from '../etcd.js';
import { runClosedLoop } from '../load/closed-loop.js';
import { CLIENT_COUNTS } from '../measures.js';
import { Names, widgetBytes } from '../widgets.js';
import { clientsText } from './scenario.js';
import type { Scenario } from './scenario.js';

const WARM_UP_MS = 700;

export const etcdCreates: readonly Scenario[] = CLIENT_COUNTS.map((clients) => ({
  name: `etcd creates, ${clientsText(clients)}`,
  run: async (_bench, seconds) => {
    const binary = await findEtcd();
    if (binary === undefined) return {};
    const etcd = await startEtcd(binary);
    try {
      const names = new Names();
      const result = await runClosedLoop({
        endpoint: { url: etcd.url },
        clients,
        warmUpMs: WARM_UP_MS,
        measureMs: seconds * 1_000,
        next: () => ({ method: 'POST', path: '/v3/kv/txn', body: createIfAbsent(names.fresh()) }),
        expect: [200],
      });
      return {
        [`etcd creates/s, ${clientsText(clients)}`]: result.perSecond,
        [`etcd create p50, ${clientsText(clients)}`]: result.p50,
        [`etcd create p99, ${clientsText(clients)}`]: result.p99,
      };
    } finally {
      await etcd.stop();
    }
  },
}));

const createIfAbsent = (name: string): string => {
  const key = Buffer.from(`/registry/widgets/default/${name}`).toString('base64');
  return JSON.stringify({
    compare: [{ key, target: 'CREATE', create_revision: '0', result: 'EQUAL' }],
    success: [{ request_put: { key, value: widgetBytes(name).toString('base64') } }],
  });
};
