export const PHASES = ['ingest', 'plan', 'deliver'] as const
export type Phase = (typeof PHASES)[number]

export interface Order {
  now: string
  phase: Phase
}
