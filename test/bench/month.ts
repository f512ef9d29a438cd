// What subscribers get in a month: npm run bench -- month [--days 20] [--plot FILE.svg] [--json]
//   … --sample 200 FILE.json [--of all]    writes related papers, or all that were sent, to be judged
//   … --judged ONE.json OTHER.json         reads what two readers gave them, in the order of the sample
// Each of the project's needs is a subscriber with one topic and the default settings, over the newest recorded days of
// Hugging Face's archive. Before: related papers come only on days with a match; after: every day. The models are learned
// once, from the papers before the month; a service learns each night. Grades are 2 (clearly wanted), 1 (marginal) or 0;
// readers see topic, want, title and abstract. Twenty days have fewer than 200 related papers; sixty have more.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Fault } from '../../src/core/errors.ts'
import { noTestData, testData } from '../support/test-data.ts'
import { type Month, measureMonth, onlyWithMatches } from './month/days.ts'
import { type Judging, judgedText, readJudged, writeSample } from './month/judged.ts'
import { picture } from './month/picture.ts'
import { signsText, totalsOf, totalsText } from './month/report.ts'
import { ownNeeds } from './relevance/needs.ts'

export async function benchMonth(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      days: { type: 'string', default: '20' },
      plot: { type: 'string' },
      sample: { type: 'string' },
      of: { type: 'string', default: 'related' },
      judged: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  const [file = ''] = positionals
  if (positionals.length !== (values.sample || values.judged ? 1 : 0))
    throw new Fault('usage.wrong', { what: 'One file belongs to --sample, a second one to --judged.' })
  if (values.judged) {
    const judged = readJudged([values.judged, file])
    return { json: judged, text: judgedText(judged) }
  }
  const folder = testData('huggingface/archive')
  if (!folder) return { json: null, text: `Not measured: ${noTestData('huggingface/archive')}.` }
  const month = measureMonth(folder, ownNeeds().needs, Number(values.days))
  if (values.sample) {
    const papers = writeSample(file, month.topics, { most: Number(values.sample), of: values.of as Judging })
    return { json: { papers }, text: `${papers} papers are in ${file}` }
  }
  if (values.plot) writeFileSync(values.plot, pictureOf(month))
  return report(month)
}

function report({ days, topics }: Month): { json: unknown; text: string } {
  const before = onlyWithMatches(topics)
  const totals = { before: totalsOf(before), after: totalsOf(topics) }
  const lines = topics.map((topic) => ({ topic: topic.need.name, ...totalsOf([topic]) }))
  return {
    json: { days, totals, topics: lines },
    text: `${totalsText(totals)}\n\n${signsText(before, topics, [days[0]!, days.at(-1)!])}`,
  }
}

function pictureOf({ days, topics }: Month): string {
  const before = onlyWithMatches(topics)
  const share = (some: typeof topics) => {
    const { emails, topicDays } = totalsOf(some)
    return `${Math.round((100 * emails) / topicDays)} % of days with an email`
  }
  return picture(
    [
      { title: `Before: ${share(before)}`, topics: before },
      { title: `After: ${share(topics)}`, topics },
    ],
    {
      title: 'Emails of a month, by topic',
      description: `Related papers only on days with a match: ${share(before)}. Every day: ${share(topics)}.`,
      days: `A square is a day, from ${days[0]} to ${days.at(-1)}.`,
    },
  )
}
