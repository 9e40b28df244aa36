/** What the stack tells whoever started it; it writes nothing on a terminal itself. */
export type StackEvent =
  | { readonly kind: 'note'; readonly message: string }
  /** A part became ready. */
  | { readonly kind: 'ready'; readonly name: string; readonly detail: string; readonly tookMs: number }
  /** A line that a service wrote. */
  | { readonly kind: 'output'; readonly name: string; readonly line: string }
  /** A process ended by itself and is started again after a while. */
  | { readonly kind: 'crashed'; readonly name: string; readonly outcome: string; readonly againInMs: number }
  | { readonly kind: 'restarted'; readonly name: string; readonly pid: number };

export type Report = (event: StackEvent) => void;
