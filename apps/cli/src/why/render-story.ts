/** Stories as lines of a terminal: a tree, cut to its width, long lists cut short. */
import type { Colors } from '../colors.js';
import type { ToldObject } from './explanation.js';
import { leadsToAsked } from './story.js';
import type { StoryNode } from './story.js';

export interface Terminal {
  /** How many characters fit on a line. */
  readonly width: number;
  readonly colors: Colors;
  /** How a time is shown. */
  readonly clock: (time: string) => string;
}

/** So many followers of one node are shown. */
const MOST_FOLLOWERS = 8;
const ID_LENGTH = 8;

interface Piece {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

export const renderStories = (stories: readonly StoryNode[], asked: ToldObject, terminal: Terminal): string[] =>
  stories.flatMap((story, i) => [
    ...(i === 0 ? [] : ['']),
    ...renderNode(story, { first: '', rest: '' }, { asked, terminal }),
  ]);

interface Setting {
  readonly asked: ToldObject;
  readonly terminal: Terminal;
}

/** What stands before the first line of a node, and before those of its followers. */
interface Indent {
  readonly first: string;
  readonly rest: string;
}

const renderNode = (node: StoryNode, indent: Indent, setting: Setting): string[] => {
  const { terminal } = setting;
  const pieces = node.kind === 'run' ? runPieces(node, terminal) : changePieces(node, setting);
  const { shown, hidden } = selectFollowers(node);
  const rows = shown.length + (hidden > 0 ? 1 : 0);
  const branch = (i: number): Indent => {
    // A chain goes straight down: only where it forks does it need room.
    if (rows === 1) return { first: `${indent.rest}↓ `, rest: indent.rest };
    const isLast = i === rows - 1;
    return { first: `${indent.rest}${isLast ? '└─ ' : '├─ '}`, rest: `${indent.rest}${isLast ? '   ' : '│  '}` };
  };
  const more = `… and ${hidden} more (-o json shows all)`;
  return [
    fit([{ text: indent.first, paint: terminal.colors.dim }, ...pieces], terminal.width),
    ...shown.flatMap((follower, i) => renderNode(follower, branch(i), setting)),
    ...(hidden > 0
      ? [fit([{ text: branch(rows - 1).first }, { text: more }], terminal.width, terminal.colors.dim)]
      : []),
  ];
};

/** What leads to the object that was asked about is never hidden. */
const selectFollowers = (node: StoryNode): { readonly shown: readonly StoryNode[]; readonly hidden: number } => {
  const { followers } = node;
  const unlisted = node.kind === 'run' ? node.run.moreWrites : 0;
  const leading = followers.filter(leadsToAsked);
  const others = followers.filter((follower) => !leading.includes(follower));
  const kept = new Set([...leading, ...others.slice(0, Math.max(0, MOST_FOLLOWERS - leading.length))]);
  return {
    shown: followers.filter((follower) => kept.has(follower)),
    hidden: followers.length - kept.size + unlisted,
  };
};

type NodeOf<K extends StoryNode['kind']> = Extract<StoryNode, { readonly kind: K }>;

const changePieces = (
  { change, isAsked }: NodeOf<'change'>,
  { asked, terminal: { colors, clock } }: Setting,
): Piece[] => {
  const { resourceVersion, time, actor, type, object, changed = [], run } = change;
  const version = { text: `  rv ${resourceVersion}`, paint: colors.dim };
  if (type === undefined || object === undefined) return [{ text: 'a change that is not kept any more' }, version];
  // Whose run it was, and when, stands on the line above.
  const isOfRun = run !== undefined || actor === undefined;
  const what = `${type.slice(type.lastIndexOf('.') + 1)} ${nameOf(object, asked)}`;
  return [
    ...(isOfRun ? [] : [{ text: `${clock(time ?? '')}  ` }, { text: `${actor}  `, paint: colors.cyan }]),
    isAsked ? { text: what, paint: colors.bold } : { text: what },
    ...(isOfRun || changed.length === 0 ? [] : [{ text: ` ${pathsOf(changed)}` }]),
    version,
  ];
};

const runPieces = ({ run }: NodeOf<'run'>, { colors, clock }: Terminal): Piece[] => {
  const name = { text: `${run.controller} run ${run.id.slice(0, ID_LENGTH)}`, paint: colors.magenta };
  if (!run.recorded) return [name, { text: '  (its record is not kept any more)', paint: colors.dim }];
  const { kind, reason, message } = run.outcome;
  const why = reason === undefined ? '' : ` ${reason}${message ? `: ${message}` : ''}`;
  const again = run.againInMs === undefined ? '' : `, again in ${duration(run.againInMs)}`;
  const paint = { retry: colors.red, stalled: colors.red, waiting: colors.yellow }[kind] ?? colors.green;
  return [
    { text: `${clock(run.startedAt)}  ` },
    name,
    { text: `  ${run.reason}, attempt ${run.attempt}, ${duration(run.durationMs)} → ` },
    { text: `${kind}${why}`, paint },
    { text: again },
  ];
};

const nameOf = ({ kind, namespace, name }: ToldObject, asked: ToldObject): string =>
  `${kind} ${namespace === undefined || namespace === asked.namespace ? '' : `${namespace}/`}${name}`;

const pathsOf = (pointers: readonly string[]): string =>
  pointers.map((pointer) => pointer.slice(1).replaceAll('/', '.')).join(' ');

const duration = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
};

/** One line; what does not fit is cut off, before colours are added. */
const fit = (pieces: readonly Piece[], width: number, all: (text: string) => string = String): string => {
  let left = width;
  let line = '';
  for (const { text, paint = String } of pieces) {
    const flat = text.replaceAll(/\s*\n\s*/g, ' ');
    const isLast = flat.length > left;
    line += all(paint(isLast ? `${flat.slice(0, Math.max(0, left - 1))}…` : flat));
    left -= flat.length;
    if (isLast) break;
  }
  return line;
};
