export type Profile = 'ci' | 'nightly'

export interface Verdict {
  ok: boolean
  /** What it ran with: "3000 emails, 20 kills". */
  n: string
  /** The counts: "lost 0, doubled 81". */
  result: string
}

/** A row: a fault that is caused, and what must hold nevertheless. */
export interface BatteryCase {
  name: string
  fault: string
  invariant: string
  /** It measures time: no other row runs at the same time. */
  runsAlone?: true
  /** Starts before the others, so that the others need not wait for it at the end. */
  long?: true
  /** The verdict, or the reason why it cannot run here. */
  run(profile: Profile): Promise<Verdict | string>
}
