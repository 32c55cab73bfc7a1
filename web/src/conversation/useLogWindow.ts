// The window of a transcript that is rendered; it follows the transcript as it grows.
import { useState } from "react";
import { atEnd, grown, slide } from "./log-window.ts";
import { firstNumber, type Transcript } from "./transcript.ts";

export function useLogWindow(transcript: Transcript, following: boolean) {
  const total = transcript.length;
  const [shown, setShown] = useState({ transcript, window: atEnd(total) });
  if (shown.transcript !== transcript) {
    const oldTotal = shown.transcript.length;
    const before = oldTotal === 0 ? 0 : Math.max(0, firstNumber(shown.transcript) - firstNumber(transcript));
    setShown({ transcript, window: grown(shown.window, { before, oldTotal, total, following }) });
  }
  const { window } = shown;
  return {
    window,
    isNewest: window.end === total,
    slideTo: (towards: "older" | "newer") => setShown({ transcript, window: slide(window, towards, total) }),
    slideToEnd: () => setShown({ transcript, window: atEnd(total) }),
  };
}
