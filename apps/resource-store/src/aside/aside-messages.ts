/** What crosses between the transactor's thread and the one aside. */
import type { AsideCommand, AsideStep } from './aside-job.js';
import type { Facts } from './facts.js';

export type ToAside =
  | { readonly kind: 'decide'; readonly job: number; readonly command: AsideCommand }
  | { readonly kind: 'facts'; readonly job: number; readonly facts: Facts };

export type FromAside = { readonly job: number } & (AsideStep | { readonly kind: 'failed'; readonly problem: string });
