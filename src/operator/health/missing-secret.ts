import type { RunningProcess } from '../../core/running-process.repo.ts'

/** `reader` does not have the secret with which `signer` signs its links. */
export interface MissingSecret {
  reader: string
  signer: string
  /** When the later of the two started. */
  since: Date
}

/**
 * The first process that cannot read the links of another one. In a rotation it is the process that still has only the
 * old secret; those that have both can read everything.
 */
export function findMissingSecret(
  readers: readonly RunningProcess[],
  signers: readonly RunningProcess[] = readers,
): MissingSecret | undefined {
  const missing = readers.flatMap((reader) =>
    signers
      .filter(({ secrets: [first = ''] }) => !reader.secrets.includes(first))
      .map((signer) => ({ reader: reader.name, signer: signer.name, since: laterOf(reader, signer) })),
  )
  return missing.sort((a, b) => a.since.getTime() - b.since.getTime())[0]
}

const laterOf = (one: RunningProcess, other: RunningProcess): Date =>
  new Date(Math.max(one.startedAt.getTime(), other.startedAt.getTime()))

export const missingSecretSentence = ({ reader, signer }: { reader?: unknown; signer?: unknown }): string =>
  `${reader} does not have the APP_SECRET with which ${signer} signs links`

export const MISSING_SECRET_FIX =
  'Give every process the same APP_SECRET, the new one first and the old one after a comma, and restart them. Stop processes that should not run.'
