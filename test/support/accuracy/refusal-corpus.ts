// Reports of real servers and what their collectors say of each: who is called dead, by the collectors' own word
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ParsedBounce } from '../../../src/bounces/reading/parsed-bounce.ts'
import { readBounceText } from '../../../src/bounces/reading/read-bounce-text.ts'
import { redact } from '../../../src/core/log.ts'
import { classifyRefusal } from '../../../src/mail/refusals/classify-refusal.ts'
import type { RefusalRule } from '../../../src/mail/refusals/refusal-rule.ts'
import { RULES } from '../../../src/mail/refusals/rules.ts'
import { testData } from '../test-data.ts'

/** The corpus in TEST_DATA, otherwise the project's own emails. */
export const CORPUS = testData('bounces') ?? resolve(import.meta.dirname, '../../fixtures/bounces')

/** One recipient of one report of which a server's answer is quoted. */
export interface Quoted {
  file: string
  answers: Answered[]
  reason: string
  /** Null where the collector says nothing of it. */
  isDead: boolean | null
  /** Whether it stands for a mailbox that takes nothing, though it may be there: filtered, suspended. */
  isLikeDead: boolean
  /** Labelled by a person or Sisimai; otherwise only by the code in the file's name. */
  isReviewed: boolean
}

interface Answered {
  status: number
  answer: string
  class: string
  rule: string | null
}

interface Expected {
  corpus: string
  file: string
  status?: string | null
  reason?: string
  hardbounce?: boolean
}

const LIKE_DEAD = ['filtered', 'suspend']
const DEAD_CODES = ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10']

export const hasCorpus = (folder = CORPUS): boolean => existsSync(join(folder, 'expected.jsonl'))

/** `unclear`: reports of several recipients where it does not show which answer is whose. */
export async function readCorpus(
  folder = CORPUS,
  rules: readonly RefusalRule[] = RULES,
): Promise<{ files: number; unclear: number; quoted: Quoted[] }> {
  const lines = readFileSync(join(folder, 'expected.jsonl'), 'utf8').split('\n').filter(Boolean)
  const rows = Map.groupBy(
    lines.map((line) => JSON.parse(line) as Expected),
    ({ corpus, file }) => join(corpus, file),
  )
  const read: (Quoted[] | null)[] = []
  for (const [file, expected] of rows)
    read.push(await quotedIn(readFileSync(join(folder, file)), { file, expected, rules }))
  return {
    files: rows.size,
    unclear: read.filter((quoted) => quoted === null).length,
    quoted: read.flatMap((quoted) => quoted ?? []),
  }
}

interface Report {
  file: string
  expected: Expected[]
  rules: readonly RefusalRule[]
}

async function quotedIn(mail: Buffer, { file, expected, rules }: Report): Promise<Quoted[] | null> {
  const { bounces: returned } = await readBounceText(mail)
  const answers = new Map(returned.flatMap((one) => answerOf(one, rules)).map((one) => [one.answer, one]))
  if (answers.size === 0) return []
  const all = [...answers.values()]
  if (expected.length === 1) return [{ file, answers: all, ...labelOf(expected[0]!) }]
  if (all.length !== expected.length) return null
  return expected.map((row, i) => ({ file, answers: [all[i]!], ...labelOf(row) }))
}

/** Only the server's text, as if it were a reply to RCPT, without the code that the report adds. */
function answerOf({ diagnostic }: ParsedBounce, rules: readonly RefusalRule[]): Answered[] {
  const found = /\b[45]\d\d(?=[ :=-])/.exec(diagnostic ?? '')
  if (!diagnostic || !found) return []
  const [status, answer] = [Number(found[0]), diagnostic.slice(found.index)]
  const { class: kind, rule } = classifyRefusal({ status, enhanced: null, reply: redact(answer) }, { rules })
  return [{ status, answer, class: kind ?? 'unknown', rule }]
}

function labelOf({ hardbounce, reason, status }: Expected): Omit<Quoted, 'file' | 'answers'> {
  if (hardbounce !== undefined) {
    return {
      reason: reason ?? '',
      isDead: hardbounce,
      isLikeDead: LIKE_DEAD.includes(reason ?? ''),
      isReviewed: true,
    }
  }
  const saysNothing = !status || status.endsWith('.0.0')
  const isDead = saysNothing ? null : DEAD_CODES.includes(status)
  return { reason: status ?? '', isDead, isLikeDead: false, isReviewed: false }
}
