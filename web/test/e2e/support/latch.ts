// Something that waits until a test lets it go.

export function latch(): { open: () => void; opened: Promise<undefined> } {
  let open = (): void => undefined;
  const opened = new Promise<undefined>((resolve) => {
    open = () => resolve(undefined);
  });
  return { open, opened };
}
