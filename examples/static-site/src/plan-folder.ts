/** What brings a folder to what it should hold. */
import type { Layout } from './site.js';

/** What stands in a folder. Links and everything else that is neither file nor folder are `other`. */
export type Found =
  | { readonly kind: 'file'; readonly path: string; readonly content: Buffer }
  | { readonly kind: 'folder' | 'other'; readonly path: string };

export type FolderAction =
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'write'; readonly path: string; readonly content: Buffer };

/** First what has to go, then what is missing or differs. */
export const planFolder = (found: readonly Found[], { files, folders }: Layout): readonly FolderAction[] => {
  const isWelcome = ({ kind, path }: Found): boolean =>
    (kind === 'file' && files.has(path)) || (kind === 'folder' && folders.has(path));
  const present = new Map(found.map((entry) => [entry.path, entry]));
  const isRight = (path: string, content: Buffer): boolean => {
    const entry = present.get(path);
    return entry?.kind === 'file' && entry.content.equals(content);
  };
  return [
    ...found.filter((entry) => !isWelcome(entry)).map(({ path }) => ({ kind: 'remove', path }) as const),
    ...[...files]
      .filter(([path, content]) => !isRight(path, content))
      .map(([path, content]) => ({ kind: 'write', path, content }) as const),
  ];
};
