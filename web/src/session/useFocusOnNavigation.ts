// Moves the focus to the heading of a new page, so that a screen reader announces it; unless what was pressed is still there.
import { useEffect, useRef } from "react";

export function useFocusOnNavigation(location: string): void {
  const previous = useRef(location);
  useEffect(() => {
    const from = previous.current;
    previous.current = location;
    // The app itself redirects from the root to its first page.
    if (from === location || from === "/") {
      return;
    }
    const main = document.getElementById("main");
    const focused = document.activeElement;
    const stays = main?.contains(focused) && !(focused && "checkVisibility" in focused && !focused.checkVisibility());
    if (main && !stays) {
      (main.querySelector<HTMLElement>("h1") ?? main).focus();
    }
  }, [location]);
}
