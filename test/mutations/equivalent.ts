import type { Mutant } from './places.ts'

/** Mutants that cannot change what the program does, each with the reason. */
export const EQUIVALENT: readonly Record<'file' | 'operator' | 'line' | 'reason', string>[] = [
  {
    file: 'src/bounces/mail/parse-mail.ts',
    operator: 'border-moved',
    line: 'if (size < MAX_PART_BYTES) pieces.push(piece)',
    reason: 'what is joined is cut to MAX_PART_BYTES afterwards',
  },
  {
    file: 'src/digests/candidates.repo.ts',
    operator: 'logical-swapped',
    line: 'if (!query || !isTimeDependent(query)) return new Map<number, NewMatchCause>()',
    reason:
      'every topic has a query, and newlyMatchingSince returns nothing for those that do not depend on time',
  },
  {
    file: 'src/digests/stored-content.repo.ts',
    operator: 'condition-false',
    line: 'return paper ? [[id, paper] as const] : []',
    reason: 'it skips the papers in memory, and then reads the same ones from their table',
  },
  {
    file: 'src/queries/matching/word-frequencies.ts',
    operator: 'border-moved',
    line: 'for (; paper < segment.size; paper++) {',
    reason: 'no text ends after the last paper, so one more round reads no word',
  },
]

export const equivalentReason = ({ file, operator, code }: Mutant): string | undefined =>
  EQUIVALENT.find((one) => one.file === file && one.operator === operator && one.line === code)?.reason
