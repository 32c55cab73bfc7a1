// Calls a function whenever a source hints at news.
import { useEffect, useEffectEvent } from "react";
import type { NewsSource } from "./poller.ts";

export function useNews(source: NewsSource, load: () => Promise<unknown>): void {
  const onHint = useEffectEvent(load);
  useEffect(
    () =>
      source.listen(async () => {
        await onHint();
      }),
    [source],
  );
}
