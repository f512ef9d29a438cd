// How replies of mail servers are classified: npm run bench -- refusals [--data FOLDER] [--json]
// The replies that collected reports quote (TEST_DATA/bounces, or FOLDER), each as if it had come in reply to RCPT: by class,
// and which addresses they would suppress, beside the plain rule that any 5xx does.
import { parseArgs } from 'node:util'
import { RULES } from '../../../src/mail/refusals/rules.ts'
import { CORPUS, hasCorpus, type Quoted, readCorpus } from './refusal-corpus.ts'

interface Score {
  suppressed: number
  dead: number
  precision: number
  recall: number
}

export interface Measured {
  files: number
  unclear: number
  recipients: number
  answers: number
  byClass: Record<string, number>
  strict: Score
  lenient: Score
  plainStrict: Score
  plainLenient: Score
  byFileName: Score
  /** Suppressed though the corpus says that they are not dead, filtered and suspended ones among them. */
  falselySuppressed: { file: string; reason: string; answer: string }[]
  /** Suppressed where the corpus has only 5.0.0 or nothing to say. */
  unsaid: { file: string; reason: string; answer: string }[]
  missed: { file: string; reason: string; answer: string }[]
}

const ours = ({ answers }: Quoted): boolean => answers.some((one) => one.class === 'dead')
const plain = ({ answers }: Quoted): boolean => answers.some(({ status }) => status >= 500)
const isDead = (one: Quoted): boolean => one.isDead === true
const isLikeDead = (one: Quoted): boolean => isDead(one) || one.isLikeDead

export async function measureRefusals(folder = CORPUS, rules = RULES): Promise<Measured> {
  const { files, unclear, quoted } = await readCorpus(folder, rules)
  const reviewed = quoted.filter((one) => one.isReviewed)
  const named = quoted.filter((one) => !one.isReviewed && one.isDead !== null)
  const answers = quoted.flatMap((one) => one.answers)
  return {
    files,
    unclear,
    recipients: quoted.length,
    answers: answers.length,
    byClass: countBy(answers.map((one) => one.class)),
    strict: scoreOf(reviewed, ours, isDead),
    lenient: scoreOf(reviewed, ours, isLikeDead),
    plainStrict: scoreOf(reviewed, plain, isDead),
    plainLenient: scoreOf(reviewed, plain, isLikeDead),
    byFileName: scoreOf(named, ours, isDead),
    falselySuppressed: quoted.filter((one) => ours(one) && one.isDead === false).map(told),
    unsaid: quoted.filter((one) => ours(one) && one.isDead === null).map(told),
    missed: reviewed.filter((one) => isDead(one) && !ours(one)).map(told),
  }
}

const told = ({ file, reason, answers }: Quoted) => ({
  file,
  reason,
  answer: (answers.find((one) => one.class === 'dead') ?? answers[0]!).answer,
})

const countBy = (names: string[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(names, (name) => name)]
      .map(([name, all]): [string, number] => [name, all.length])
      .sort((a, b) => b[1] - a[1]),
  )

function scoreOf(all: Quoted[], suppresses: (one: Quoted) => boolean, dead: (one: Quoted) => boolean): Score {
  const suppressed = all.filter(suppresses)
  const right = suppressed.filter(dead).length
  const total = all.filter(dead).length
  const part = (of: number) => (of === 0 ? 1 : Math.round((right / of) * 1000) / 1000)
  return {
    suppressed: suppressed.length,
    dead: total,
    precision: part(suppressed.length),
    recall: part(total),
  }
}

export async function benchRefusals(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({ args, options: { data: { type: 'string' }, json: { type: 'boolean' } } })
  const folder = values.data ?? CORPUS
  if (!hasCorpus(folder))
    return { json: null, text: `No reports to measure on: ${folder} holds no expected.jsonl.` }
  const measured = await measureRefusals(folder)
  return { json: measured, text: textOf(measured) }
}

function textOf(m: Measured): string {
  const classes = Object.entries(m.byClass).map(([name, count]) => `${count} ${name}`)
  return [
    `${m.answers} answers about ${m.recipients} recipients, from ${m.files} files (${m.unclear} left out: whose answer is whose does not show).`,
    `By class: ${classes.join(', ')}.`,
    '',
    'Would suppress                         suppressed  dead  precision  recall',
    row('by our rules, strict', m.strict),
    row('by our rules, lenient', m.lenient),
    row('any 5xx, strict', m.plainStrict),
    row('any 5xx, lenient', m.plainLenient),
    row("by our rules, files' names", m.byFileName),
    'Strict: the corpus calls it a hard bounce. Lenient: or filtered, or suspended.',
    '',
    `Suppressed, and not called dead: ${m.falselySuppressed.length}`,
    ...m.falselySuppressed.map(line),
    `Suppressed, where the corpus says nothing (5.0.0, or no label): ${m.unsaid.length}`,
    ...m.unsaid.map(line),
    `Called dead, and not suppressed: ${m.missed.length}`,
    ...m.missed.map(line),
  ].join('\n')
}

const row = (name: string, { suppressed, dead, precision, recall }: Score): string =>
  `  ${name.padEnd(37)}${String(suppressed).padStart(10)}${String(dead).padStart(6)}${precision.toFixed(3).padStart(11)}${recall.toFixed(3).padStart(8)}`

const line = ({ file, reason, answer }: { file: string; reason: string; answer: string }): string =>
  `  ${file.split('/').at(-1)} (${reason}): ${answer.slice(0, 120)}`
