/** Answers the calls for Reminders: `node dist/worker.js "$(npx holdfast credentials worker)"`. */
import { connect } from '@nats-io/transport-node';

import type { ReconcileAnswer, ReconcileCall } from '@holdfast/contracts';

import { remind } from './remind.js';
import type { Reminder } from './remind.js';

const answer = (call: ReconcileCall): ReconcileAnswer => {
  try {
    return remind(call.object as unknown as Reminder, new Date());
  } catch (error) {
    return { outcome: { kind: 'retry', message: String(error) } };
  }
};

const { host, username, password } = new URL(process.argv[2] ?? '');
const connection = await connect({ servers: host, user: username, pass: password, maxReconnectAttempts: -1 });
const calls = connection.subscribe('hf.reconcile.reminder', { queue: 'workers' });
connection.publish('hf.worker.reminder');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void connection.drain());
for await (const call of calls) call.respond(JSON.stringify(answer(call.json())));
