import { expect, test } from 'vitest'
import { weeklyReportLines } from '../../../../src/features/alerts/weekly-report.ts'
import { SAMPLE_EMAILS } from './sample-emails.ts'

test.each(SAMPLE_EMAILS)('an alert about %s has the same text as before', async (name, { subject, text }) => {
  await expect(`${subject}\n\n${text}`).toMatchFileSnapshot(`./snapshots/${name}.txt`)
  expect(text.split('\n').filter((line) => line.length > 76)).toEqual([])
  expect(subject.length).toBeLessThan(78)
})

test('a figure that an older alert lacks is blank', () => {
  expect(weeklyReportLines({ subscribers: 2 })[1]).toMatch(/^ {2}Subscribers +2 +$/)
})
