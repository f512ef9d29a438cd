/** One file of the program with another in its place, which looks right and is not. */
export interface WrongPart {
  /** "src/delivery/ledger/message-store.ts" */
  real: string
  /** A file of the battery that exports the same. */
  wrong: string
}

/** What a program is started with, so that it runs with the wrong part, or as it is where there is none. */
export const programWith = (part: WrongPart | undefined, program: string): string[] =>
  part ? ['test/battery/bench/with-wrong-part.ts', part.real, part.wrong, program] : [program]
