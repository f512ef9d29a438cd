// What a biologist and an economist get in a week: npm run bench -- week [--field biology|economics] [--json]
//   … --field F --sample FOLDER [--of 60]   writes papers of its digests to be judged: FOLDER/F.md, and F.key.json
//   … --field F --judged F.key.json GRADES.json   stores the grades, 0 to 2 in that order, as labels
// Recorded papers of bioRxiv and of economics (TEST_DATA/weeks) come in through the real sources, from stand-ins of the
// services; people with topics get the digest of each day. Prints how many papers were matched and how many related, and
// the precision of both from judgements of papers without a sign of which they are (test/bench/week/labels.json).
import { parseArgs } from 'node:util'
import { Fault } from '../../src/core/errors.ts'
import { noTestData, testData } from '../support/test-data.ts'
import { runWeek, type Week } from './week/days.ts'
import { gradedOf, storeGrades } from './week/labels.ts'
import { FIELDS, type Field } from './week/people.ts'
import { precisionIn, precisionText, summaryOf, weekText } from './week/report.ts'
import { writeSample } from './week/sample.ts'

export async function benchWeek(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      field: { type: 'string' },
      sample: { type: 'string' },
      of: { type: 'string', default: '60' },
      judged: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  const fields = FIELDS.filter(({ name }) => !values.field || name === values.field)
  if (fields.length === 0 || ((values.sample || values.judged) && fields.length > 1))
    throw new Fault('usage.wrong', {
      what: `--field is one of: ${FIELDS.map(({ name }) => name).join(', ')}`,
    })
  if (values.judged) {
    const precision = precisionIn(storeGrades(fields[0]!.name, [values.judged, positionals[0] ?? '']))
    return { json: precision, text: precisionText(precision) }
  }
  const folder = testData('weeks')
  if (!folder) return { json: null, text: `Not measured: ${noTestData('weeks')}.` }
  const weeks: [Field, Week][] = []
  for (const field of fields) weeks.push([field, await runWeek(`${folder}/${field.name}`, field)])
  if (values.sample) {
    const [[field, week]] = weeks as [[Field, Week]]
    const count = writeSample(values.sample, { field: field.name, sent: week.sent, most: Number(values.of) })
    return { json: { count }, text: `${count} papers are in ${values.sample}/${field.name}.md` }
  }
  const summaries = weeks.map(([field, week]) => summaryOf(field, week, gradedOf(field.name, week.sent)))
  return {
    json: summaries,
    text: weeks.map(([field, week], i) => weekText(field, week, summaries[i]!)).join('\n\n'),
  }
}
