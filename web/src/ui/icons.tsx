// The icons: decoration only; their buttons have names.
const PATHS = {
  plus: "M12 5v14M5 12h14",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  locked: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v10H5z",
  unlocked: "M7 11V8a5 5 0 0 1 9.6-2M5 11h14v10H5z",
  envelope: "M3 6h18v13H3zM3 7l9 7 9-7",
  openEnvelope: "M3 10l9-7 9 7v10H3zM3 10l9 7 9-7",
  paperclip: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4L14.5 7.5",
  send: "M4 12l17-8-6 17-3.5-7.5z",
  down: "M12 5v14M6 13l6 6 6-6",
  bubble: "M4 5h16v11H10l-5 4v-4H4z",
  check: "M5 12.5l4.5 4.5L19 7",
  clock: "M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0",
  warning: "M12 4l9.5 16h-19zM12 10v4M12 17v.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
