/**
 * A tiny process that outlives ours by a moment: when its standard input closes, for whatever reason we ended, it stops
 * the processes it was told of and removes folders that nobody needs any more. A shell, so that it costs next to nothing.
 */
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

const SCRIPT = `
trap '' INT TERM HUP
watched='' folders=''
while IFS= read -r line; do
  case $line in
    'watch '*) watched="$watched \${line#watch }" ;;
    'forget '*)
      kept=''
      for entry in $watched; do [ "\${entry##*:}" = "\${line#forget }" ] || kept="$kept $entry"; done
      watched=$kept ;;
    'remove '*) folders="$folders\${line#remove }
" ;;
  esac
done
# What has ended but was not collected yet by its new parent has gone too.
gone() {
  kill -0 "$1" 2>/dev/null || return 0
  stat=''
  [ -r "/proc/$1/stat" ] && read -r stat <"/proc/$1/stat"
  case \${stat##*) } in Z*) return 0 ;; esac
  return 1
}
stop() {
  left=''
  for entry in $watched; do
    [ "\${entry%%:*}" = "$1" ] || continue
    pid=\${entry##*:} signal=\${entry#*:}
    kill -CONT "$pid" 2>/dev/null && kill -"\${signal%%:*}" "$pid" 2>/dev/null
    left="$left $pid"
  done
  tries=0
  while [ $tries -lt 200 ]; do
    still=''
    for pid in $left; do gone "$pid" || still="$still $pid"; done
    left=$still
    [ -n "$left" ] || return 0
    tries=$((tries + 1))
    sleep 0.05
  done
  for pid in $left; do kill -KILL "$pid" 2>/dev/null; done
}
stop services
stop servers
printf '%s' "$folders" | while IFS= read -r folder; do rm -rf -- "$folder"; done
`;

/** Services are stopped before the servers that they need. */
export type GuardedStage = 'services' | 'servers';

let commands: Writable | undefined;

/** Stops this process when we are gone. */
export const guardProcess = (pid: number, stage: GuardedStage, signal: 'TERM' | 'INT'): void =>
  tell(`watch ${stage}:${signal}:${pid}`);

/** To be called when the process has ended: its id may soon be somebody else's. */
export const forgetProcess = (pid: number): void => tell(`forget ${pid}`);

/** Removes this folder when we are gone, after every guarded process. */
export const removeWhenGone = (folder: string): void => tell(`remove ${folder}`);

const tell = (line: string): void => {
  commands ??= startGuardian();
  commands.write(`${line}\n`);
};

const startGuardian = (): Writable => {
  // A session of its own: Ctrl-C in our terminal is not meant for it.
  const child = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  child.unref();
  child.stdin.on('error', () => undefined);
  // The pipe to it must not keep us alive either; it is a socket, which its type does not say.
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child.stdin;
};
