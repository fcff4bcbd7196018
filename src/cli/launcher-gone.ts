const LOOK_EVERY_MS = 200;

/** The part of `process` that is needed here. */
interface Child {
  readonly ppid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Settles when the process that launched this one has ended, if that was npm. `npx rosettamq` puts a shell between
 * itself and the broker, and a SIGTERM to npx ends the shell only: the broker would be left behind with its ports and
 * its data directory. Started in any other way a broker may outlive its parent, and this never settles.
 */
export function launcherGone(child: Child): Promise<'launcher gone'> {
  return new Promise((resolve) => {
    if (child.env['npm_lifecycle_event'] === undefined) return;
    const launcher = child.ppid;
    const look = setInterval(() => {
      if (child.ppid === launcher) return;
      clearInterval(look);
      resolve('launcher gone');
    }, LOOK_EVERY_MS);
    look.unref();
  });
}
