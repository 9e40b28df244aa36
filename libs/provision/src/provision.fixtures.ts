/** One message of each kind, with everything in it. */
import type { BeginAnswer, BeginRequest, BuildReport, Job, OutputMessage, ReportAnswer } from './messages.js';

export const job: Job = { namespace: 'default', name: 'web-1', uid: 'uid-of-web-1', build: 3, transition: 'claim' };

export const begin: BeginRequest = { job, worker: 'provisioner-1', attempt: 1 };

export const beginAnswer: BeginAnswer = {
  accepted: true,
  work: {
    job,
    owner: 'ada',
    workspaceName: 'adas-web',
    claim: { name: 'adas-web', uid: 'uid-of-the-claim' },
    provisioner: { name: 'exec', exec: { create: 'echo made', claim: 'echo "hello $HOLDFAST_WORKSPACE_OWNER"' } },
    parameters: { region: 'north', cpus: 2, debug: false },
    readiness: { http: { endpoint: 'web', path: '/' }, periodSeconds: 1 },
    timeouts: { createSeconds: 600, readySeconds: 120, claimSeconds: 60, stopSeconds: 60, deleteSeconds: 60 },
    endpoints: [{ name: 'web', url: 'http://127.0.0.1:40001/' }],
    deadline: '2026-01-01T10:01:00.000Z',
  },
};

export const report: BuildReport = {
  job,
  worker: 'provisioner-1',
  status: 'failed',
  endpoints: [{ name: 'web', url: 'http://127.0.0.1:40001/' }],
  reason: 'ScriptFailed',
  message: 'the claim script ended with 1',
};

export const reportAnswer: ReportAnswer = {
  accepted: false,
  reason: 'superseded',
  message: 'build 4 of web-1 has taken the place of build 3',
};

export const output: OutputMessage = {
  time: '2026-01-01T10:00:01.000Z',
  uid: 'uid-of-web-1',
  stream: 'stdout',
  text: 'made\n',
  end: true,
};
