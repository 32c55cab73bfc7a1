// Holds something back until a test releases it.

export function latch(): { open: () => void; opened: Promise<undefined> } {
  let open = (): void => undefined;
  const opened = new Promise<undefined>((resolve) => {
    open = () => resolve(undefined);
  });
  return { open, opened };
}
