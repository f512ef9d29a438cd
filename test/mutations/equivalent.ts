import type { Mutant } from './places.ts'

/** Mutants that cannot change what the program does, each with the reason. */
const EQUIVALENT: { file: string; operator: string; before: string; reason: string }[] = []

export const equivalentReason = ({ file, operator, before }: Mutant): string | undefined =>
  EQUIVALENT.find((one) => one.file === file && one.operator === operator && one.before === before)?.reason
