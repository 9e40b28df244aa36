import type { WorkspaceBuild } from '@holdfast/prebuild';

/** What a build is called in sentences. */
export const nameOf = ({ number, transition }: Pick<WorkspaceBuild, 'number' | 'transition'>): string =>
  `build ${number} (${transition})`;
