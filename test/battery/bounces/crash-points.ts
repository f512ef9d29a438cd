/** Where a report can be when its process dies, in order; "answered" is a client's to bring about. */
export const CRASH_POINTS = ['came', 'stored', 'taken', 'locked', 'acted', 'ended', 'committed'] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]
