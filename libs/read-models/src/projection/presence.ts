import { PROJECTED_SUBJECT, PROJECTOR_NUDGE_SUBJECT } from '@holdfast/contracts';
import type { Projected } from '@holdfast/contracts';
import type { NatsConnection } from '@nats-io/transport-node';

const ASK_EVERY_MS = 500;
const ANSWER_WITHIN_MS = 500;
const MISSED_ANSWERS = 3;
const NO_RESPONDERS = 503;

/**
 * Resolves when nobody projects: at once when no projector listens for nudges (its process is gone),
 * after some silence when one listens but does not answer (its process is stopped, or its database is away).
 * Should it be wrong, two try; the checkpoint lets one of them win.
 */
export const untilNobodyProjects = async (nc: NatsConnection, signal: AbortSignal): Promise<void> => {
  for (let missed = 0; !signal.aborted && missed < MISSED_ANSWERS;) {
    const answer = await ask(nc, signal);
    if (answer === 'nobody') return;
    missed = answer === 'silence' ? missed + 1 : 0;
    if (answer === 'working') await pause(ASK_EVERY_MS, signal);
  }
};

/** A nudge, to be answered by an announcement that everybody hears, or by the server: that nobody listens. */
const ask = (nc: NatsConnection, signal: AbortSignal): Promise<'working' | 'nobody' | 'silence'> =>
  new Promise((resolve) => {
    const answer = (said: 'working' | 'nobody' | 'silence') => (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', silence);
      subscription.unsubscribe();
      resolve(said);
    };
    const [working, nobody, silence] = [answer('working'), answer('nobody'), answer('silence')];
    const subscription = nc.subscribe(PROJECTED_SUBJECT, {
      callback: (error, message) => {
        if (error === null) (message.headers?.code === NO_RESPONDERS ? nobody : working)();
      },
    });
    const timer = setTimeout(silence, ANSWER_WITHIN_MS);
    signal.addEventListener('abort', silence, { once: true });
    if (!nc.isClosed()) nc.publish(PROJECTOR_NUDGE_SUBJECT, '', { reply: PROJECTED_SUBJECT });
  });

/** Says how far the rows reach: after each transaction, and whenever somebody asks. */
export class Presence {
  private readonly stopListening: () => void;

  constructor(
    private readonly nc: NatsConnection,
    private readonly position: () => Projected,
    onNudge: () => void,
  ) {
    const subscription = nc.subscribe(PROJECTOR_NUDGE_SUBJECT, {
      callback: () => {
        onNudge();
        this.announce();
      },
    });
    this.stopListening = () => subscription.unsubscribe();
    this.announce();
  }

  announce(): void {
    if (!this.nc.isClosed() && !this.nc.isDraining())
      this.nc.publish(PROJECTED_SUBJECT, JSON.stringify(this.position()));
  }

  leave(): void {
    this.stopListening();
  }
}

/** Resolves after some time, or when the signal is aborted. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
