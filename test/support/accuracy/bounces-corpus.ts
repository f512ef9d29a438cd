// Bounces to others, and what their collectors say of each.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { testData } from '../test-data.ts'

/** The corpus in TEST_DATA, otherwise the project's own emails. */
export const CORPUS = testData('bounces') ?? resolve(import.meta.dirname, '../../fixtures/bounces')

/** What a collector says of one recipient of one mail. */
export interface Label {
  reason: string
  /** By a person or a program that read the email; null if none did. */
  isDead: boolean | null
  /** Dead, filtered or suspended: no one reads email there. */
  isLikeDead: boolean
  /** By the code in the file's name; null where it has none. */
  isDeadByName: boolean | null
  /** A failure to deliver: no complaint, answer or success. */
  isFailure: boolean
  /** Not about the address: a delay, a refusal of the mail or of us, an answer, a success, or no report at all. */
  isNoneOfAddress: boolean
}

export interface CorpusMail {
  /** Its path in the folder. */
  file: string
  bytes: Buffer
  labels: Label[]
}

interface Row {
  corpus: string
  file: string
  status?: string | null
  kind?: string
  reason?: string
  hardbounce?: boolean
}

const LIKE_DEAD = ['filtered', 'suspend']
const NO_FAILURE = ['delivered', 'vacation', 'feedback']
const DEAD_CODES = ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10']
const NONE_OF_ADDRESS = [
  ...['delivered', 'vacation', 'expired', 'networkerror', 'systemerror', 'systemfull', 'mailererror'],
  ...['policyviolation', 'blocked', 'spamdetected', 'authfailure', 'requireptr', 'badreputation'],
  ...['securityerror', 'norelaying', 'virusdetected', 'rejected', 'notcompliantrfc', 'contenterror'],
  ...[
    'exceedlimit',
    'mesgtoobig',
    'toomanyconn',
    'speeding',
    'syntaxerror',
    'onhold',
    'failedstarttls',
    'not',
  ],
]
const NOT_FOLDER = 'maildir/not'

export const hasCorpus = (folder = CORPUS): boolean => existsSync(join(folder, 'expected.jsonl'))

/** Every email that expected.jsonl names, and those in folders of emails that are not reports. */
export function readCorpus(folder = CORPUS): CorpusMail[] {
  const lines = readFileSync(join(folder, 'expected.jsonl'), 'utf8').split('\n').filter(Boolean)
  const rows = Map.groupBy(
    lines.map((line) => JSON.parse(line) as Row),
    ({ corpus, file }) => join(corpus, file),
  )
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (file.includes(`${NOT_FOLDER}/`) && !rows.has(file))
      rows.set(file, [{ corpus: '', file, reason: 'not' }])
  return [...rows].map(([file, all]) => ({
    file,
    bytes: readFileSync(join(folder, file)),
    labels: all.map(labelOf),
  }))
}

function labelOf({ reason, hardbounce, status, kind }: Row): Label {
  const isDead = hardbounce ?? null
  return {
    reason: reason ?? kind ?? status ?? '',
    isDead,
    isLikeDead: isDead === true || LIKE_DEAD.includes(reason ?? ''),
    isDeadByName: kind === undefined ? null : DEAD_CODES.includes(status ?? ''),
    isFailure: isDead !== null && !NO_FAILURE.includes(reason ?? ''),
    isNoneOfAddress: NONE_OF_ADDRESS.includes(reason ?? ''),
  }
}
