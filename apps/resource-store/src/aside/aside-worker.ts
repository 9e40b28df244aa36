import { parentPort } from 'node:worker_threads';

import { decisionGrounds } from '../kind-rules.js';
import { AsideJob } from './aside-job.js';
import type { AsideStep } from './aside-job.js';
import type { FromAside, ToAside } from './aside-messages.js';
import type { KnownKinds } from './recorded-state.js';

const known: KnownKinds = new Map();
const jobs = new Map<number, AsideJob>();

const step = (message: ToAside): AsideStep => {
  if (message.kind === 'decide') {
    const job = new AsideJob(message.command, known, decisionGrounds);
    jobs.set(message.job, job);
    return job.begin();
  }
  const job = jobs.get(message.job);
  if (job === undefined) throw new RangeError(`job ${message.job} is over`);
  return job.learn(message.facts);
};

const stepOrFailure = (message: ToAside): FromAside => {
  try {
    return { job: message.job, ...step(message) };
  } catch (error) {
    return { job: message.job, kind: 'failed', problem: error instanceof Error ? error.message : String(error) };
  }
};

parentPort?.on('message', (message: ToAside) => {
  const answer = stepOrFailure(message);
  if (answer.kind !== 'needs') jobs.delete(message.job);
  parentPort?.postMessage(answer);
});
