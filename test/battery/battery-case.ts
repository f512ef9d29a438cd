export type Profile = 'ci' | 'nightly'

export interface Verdict {
  ok: boolean
  /** What it was tried on: "3000 mails, 20 kills". */
  n: string
  /** What came out, in figures. */
  result: string
}

/** One fault that is brought about, and what must hold nevertheless. */
export interface BatteryCase {
  name: string
  fault: string
  invariant: string
  /** It measures time: no other case runs beside it. */
  alone?: true
  /** Begun before the others, so that it is not the last to run, beside nothing. */
  long?: true
  /** The verdict, or the reason why it could not be tried here. */
  run(profile: Profile): Promise<Verdict | string>
}
