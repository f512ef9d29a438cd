import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { unsubscribeByOperator } from '../../../../src/account/unsubscribe.ts'
import { dayOf } from '../../../../src/core/dates.ts'
import { importSubscribers } from '../../../../src/features/import-export/import-subscribers.ts'
import { dailyFigures } from '../../../../src/operator/daily-figures.ts'
import { NOW, useSite } from '../../../support/site.ts'

const site = useSite()
const ANN = 'ann@example.com'
const LEFT = 'left@example.com'

test('imported people are subscribers, but no sign-ups, confirmations or unsubscribes of the day', async () => {
  const day = dayOf(NOW)
  const file = join(mkdtempSync(join(tmpdir(), 'figures-')), 'people.csv')
  const rows = ['email,state,confirmed_at', `${ANN},active,${day}`, `${LEFT},unsubscribed,${day}`]
  writeFileSync(file, rows.join('\n'))
  await importSubscribers(site.deps, { file, consent: 'a form' })
  expect((await site.db.consent.groupBy({ by: 'event' })).map(({ event }) => event).sort()).toEqual([
    'confirmed',
    'unsubscribed',
  ])
  const counts = { subscribers: 1, asked: 0, confirmed: 0, unsubscribed: 0 }
  expect(await dailyFigures(site.deps, { from: day, to: day })).toMatchObject([{ day, ...counts }])
  await unsubscribeByOperator(site.deps, { email: ANN })
  const left = { ...counts, subscribers: 0, unsubscribed: 1 }
  expect(await dailyFigures(site.deps, { from: day, to: day })).toMatchObject([{ day, ...left }])
})
