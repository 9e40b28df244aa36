/**
 * Tells the other replicas that this one is there, and hears them: announcements over core NATS, of which none needs to
 * arrive. A replica hears its own ones too, and by that knows whether it is heard. A newcomer is answered at once.
 */
import type { MemberAnnouncement } from '@holdfast/contracts';
import { isJsonObject, stringAt } from '@holdfast/kernel';
import { Members } from '@holdfast/reconcile';
import type { Clock, Holders } from '@holdfast/reconcile';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';

export interface MembershipTiming {
  readonly announceMs: number;
  readonly silenceMs: number;
  readonly listenMs: number;
}

/** Four announcements may be lost before a member is thought dead. */
export const MEMBERSHIP_TIMING: MembershipTiming = { announceMs: 1_000, silenceMs: 4_000, listenMs: 1_200 };

export interface MembershipOptions {
  readonly nc: NatsConnection;
  /** Where the replicas of this service hear one another. */
  readonly subject: string;
  readonly id: string;
  /** A monotonic one: it goes on while the process is stopped. */
  readonly clock: Clock;
  readonly startedAt: Date;
  readonly timing: MembershipTiming;
}

export class Membership {
  private readonly members: Members;
  private subscription: Subscription | undefined;
  private cancel = (): void => undefined;
  private partitions = 0;
  private onNews = (): void => undefined;

  constructor(private readonly options: MembershipOptions) {
    const { id, timing } = options;
    this.members = new Members({ me: id, ...timing });
  }

  get id(): string {
    return this.options.id;
  }

  /** Announces this replica from now on; calls back when somebody comes or says goodbye. */
  join(onNews: () => void): void {
    this.onNews = onNews;
    this.subscription = this.options.nc.subscribe(this.options.subject, {
      callback: (error, message) => {
        if (error === null) this.hear(announcementIn(message.string()));
      },
    });
    this.announceAgain();
  }

  /** Shown to others from the next announcement on. */
  holds(partitions: number): void {
    this.partitions = partitions;
  }

  /** Whether others can hear us: only then may we work. */
  isHeard(): boolean {
    return this.members.isHeard(this.options.clock.now());
  }

  /** Among whom partitions are shared out. */
  present(holders: Holders): readonly string[] {
    return this.members.present(holders, this.options.clock.now());
  }

  /** Says goodbye, so that nobody waits for us. */
  leave(): void {
    this.cancel();
    this.announce({ leaving: true });
    this.subscription?.unsubscribe();
  }

  private announceAgain(): void {
    this.announce({});
    const { clock, timing } = this.options;
    this.cancel = clock.after(timing.announceMs, () => this.announceAgain());
  }

  private announce(further: Pick<MemberAnnouncement, 'leaving'>): void {
    const { nc, subject, id, startedAt } = this.options;
    const { partitions } = this;
    const said: MemberAnnouncement = { id, startedAt: startedAt.toISOString(), partitions, ...further };
    if (!nc.isClosed()) nc.publish(subject, JSON.stringify(said));
  }

  private hear(said: Pick<MemberAnnouncement, 'id' | 'leaving'> | undefined): void {
    if (said === undefined) return;
    if (said.leaving === true) this.members.said(said.id);
    else if (!this.members.heard(said.id, this.options.clock.now())) return;
    else if (said.id !== this.options.id) this.announce({});
    this.onNews();
  }
}

/** Undefined for what is none: anybody with the right to may publish anything here. */
const announcementIn = (text: string): Pick<MemberAnnouncement, 'id' | 'leaving'> | undefined => {
  const said = parsed(text);
  const id = isJsonObject(said) ? stringAt(said, 'id') : undefined;
  if (!isJsonObject(said) || id === undefined || id === '') return undefined;
  return said['leaving'] === true ? { id, leaving: true } : { id };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
