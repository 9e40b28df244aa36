/** Whether and how the command paints: on a terminal, or where `FORCE_COLOR` asks for it; never where `NO_COLOR` is set. */
import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

interface Surroundings {
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Text that goes to a file, a pipe or a build's log stays plain, since whoever searches it looks for words. */
export const wantsColors = ({ isTTY, env }: Surroundings): boolean => {
  if (isSet(env['NO_COLOR'])) return false;
  if (isSet(env['FORCE_COLOR'])) return env['FORCE_COLOR'] !== '0';
  return isTTY && env['TERM'] !== 'dumb';
};

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

// `isTTY` is typed as a boolean and is undefined on a pipe.
export const colors: Colors = picocolors.createColors(
  wantsColors({ isTTY: Boolean(process.stdout.isTTY), env: process.env }),
);
