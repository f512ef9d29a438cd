// How well bounces are read: npm run bench -- bounces [--data FOLDER] [--verbose] [--json]
// Collected reports (TEST_DATA/bounces, or FOLDER) are read by our code and by two other programs: how many are read at all,
// which recipients are found, and which are classified as dead. --verbose lists those that are wrong.
import { parseArgs } from 'node:util'
import { CORPUS, type CorpusMail, hasCorpus, type Label, readCorpus } from './bounces-corpus.ts'
import { OTHERS, type Reading, readWithOurs } from './bounces-readers.ts'
import {
  type Found,
  foundIn,
  isAnyFive,
  isNamed,
  type Pair,
  pairsOf,
  type Score,
  scoreOf,
} from './bounces-score.ts'

interface Row {
  name: string
  strict: Score
  lenient: Score
}

interface BouncesMeasured {
  files: number
  forms: number
  crashed: string[]
  uneven: string[]
  found: Record<string, Found>
  rows: Row[]
  absent: Record<string, string>
  byFileName: Record<string, Score>
  /** Suppressed for what is not about the address. */
  wronglySuppressed: string[]
  /** Called dead only by this reader. */
  falselyDead: string[]
  missed: string[]
}

const OURS = 'ours'
const isDead = (label: Label): boolean => label.isDead === true
const isLikeDead = (label: Label): boolean => label.isLikeDead
const isDeadByName = (label: Label): boolean => label.isDeadByName === true

export async function measureBounces(folder = CORPUS, withOthers = true): Promise<BouncesMeasured> {
  const mails = readCorpus(folder)
  const { reading, crashed, uneven, forms } = await readWithOurs(mails)
  const others = Object.entries(withOthers ? OTHERS : {}).map(
    ([name, read]) => [name, read(folder, mails)] as const,
  )
  const readings = [[OURS, reading] as const, ...others].filter(
    (one): one is [string, Reading] => one[1] instanceof Map,
  )
  const ours = pairsOf(mails, reading)
  const reviewed = ours.filter(({ label }) => label.isDead !== null)
  return {
    files: mails.length,
    forms,
    crashed,
    uneven,
    found: Object.fromEntries(
      readings.map(([name, read]) => [name, foundIn(mails, read, Object.fromEntries(others).Sisimai)]),
    ),
    rows: [
      ...readings.map(([name, read]) => rowOf(name, reviewedIn(mails, read), isNamed)),
      rowOf('any 5.x.x', reviewed, isAnyFive),
    ],
    absent: Object.fromEntries(
      others.filter((one): one is readonly [string, string] => typeof one[1] === 'string'),
    ),
    byFileName: Object.fromEntries(
      readings.map(([name, read]) => [
        name,
        scoreOf(
          pairsOf(mails, read).filter(({ label }) => label.isDeadByName !== null),
          isNamed,
          isDeadByName,
        ),
      ]),
    ),
    wronglySuppressed: ours
      .filter(({ label, said }) => label.isNoneOfAddress && said.some((one) => one.isSuppressed))
      .map(told),
    falselyDead: reviewed.filter((pair) => isNamed(pair) && !isLikeDead(pair.label)).map(told),
    missed: reviewed.filter((pair) => !isNamed(pair) && isLikeDead(pair.label)).map(told),
  }
}

const reviewedIn = (mails: CorpusMail[], reading: Reading): Pair[] =>
  pairsOf(mails, reading).filter(({ label }) => label.isDead !== null)

const rowOf = (name: string, pairs: Pair[], isChosen: (pair: Pair) => boolean): Row => ({
  name,
  strict: scoreOf(pairs, isChosen, isDead),
  lenient: scoreOf(pairs, isChosen, isLikeDead),
})

const told = ({ file, label, said }: Pair): string =>
  `${file.split('/').at(-1)} (${label.reason}): ${said.map(({ words }) => words.slice(0, 140)).join(' | ')}`

export async function benchBounces(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({
    args,
    options: { data: { type: 'string' }, verbose: { type: 'boolean' }, json: { type: 'boolean' } },
  })
  const folder = values.data ?? CORPUS
  if (!hasCorpus(folder))
    return { json: null, text: `No emails to measure: ${folder} holds no expected.jsonl.` }
  const measured = await measureBounces(folder)
  return { json: measured, text: textOf(measured, values.verbose ?? false) }
}

function textOf(m: BouncesMeasured, isVerbose: boolean): string {
  const list = (all: string[]) => (isVerbose ? all.map((one) => `  ${one}`) : [])
  return [
    `${m.files} emails, each with LF, CRLF and CR: ${m.forms - m.crashed.length} of ${m.forms} read without a crash, ${m.files - m.uneven.length} of ${m.files} with the same result in all three.`,
    ...[...m.crashed, ...m.uneven].map((file) => `  ${file}`),
    '',
    'Recipient found without our envelope   reports   share   as Sisimai says',
    ...Object.entries(m.found).map(
      ([name, { reports, share, agrees }]) =>
        `  ${name.padEnd(35)}${String(reports).padStart(9)}${share.toFixed(3).padStart(8)}${(agrees?.toFixed(3) ?? '-').padStart(18)}`,
    ),
    '',
    'Called dead                      strict: named   dead  precision  recall   lenient: dead  precision  recall',
    ...m.rows.map(
      ({ name, strict, lenient }) =>
        `  ${name.padEnd(31)}${numbers(strict, 15)}${numbers(lenient, 0).replace(/^ *\d+/, '  ')}`,
    ),
    ...absentIn(m),
    'Strict: the corpus calls it a hard bounce. Lenient: or filtered, or suspended.',
    '',
    "Labels by the code in the file's name      named   dead  precision  recall",
    ...Object.entries(m.byFileName).map(([name, score]) => `  ${name.padEnd(31)}${numbers(score, 15)}`),
    '',
    `Suppressed for a delay, an answer, a success, a policy or no report at all: ${m.wronglySuppressed.length}`,
    ...list(m.wronglySuppressed),
    `Called dead, and not so by the corpus: ${m.falselyDead.length}`,
    ...list(m.falselyDead),
    `Dead, filtered or suspended by the corpus, and not called dead: ${m.missed.length}`,
    ...list(m.missed),
  ].join('\n')
}

const absentIn = ({ absent }: BouncesMeasured): string[] =>
  Object.entries(absent).map(([name, why]) => `  ${name}: absent, it does not run here (${why})`)

const numbers = ({ named, dead, precision, recall }: Score, width: number): string =>
  `${String(named).padStart(width)}${String(dead).padStart(7)}${precision.toFixed(3).padStart(11)}${recall.toFixed(3).padStart(8)}`
