/** What there shall be for a Reminder at a moment: nothing yet, or a ConfigMap once its time has come. */
import type { ReconcileAnswer } from '@holdfast/contracts';

export interface Reminder {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly at: string; readonly text: string };
}

export const remind = ({ metadata, spec }: Reminder, now: Date): ReconcileAnswer => {
  const seconds = (Date.parse(spec.at) - now.getTime()) / 1_000;
  if (Number.isNaN(seconds)) {
    return { outcome: { kind: 'stalled', reason: 'NotATime', message: `spec.at is no time: ${spec.at}` } };
  }
  if (seconds > 0) {
    const outcome = { kind: 'after', seconds, reason: 'Armed', message: `rings at ${spec.at}` } as const;
    return { outcome, status: { phase: 'Armed' }, children: [] };
  }
  return {
    outcome: { kind: 'done', reason: 'Rang', message: spec.text },
    status: { phase: 'Rang' },
    children: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${metadata.name}-rang` }, data: { text: spec.text } },
    ],
  };
};
