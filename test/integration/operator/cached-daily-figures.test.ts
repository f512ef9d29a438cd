import { expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { addDays, dayOf } from '../../../src/core/dates.ts'
import { cachedDailyFigures, dailyFigures } from '../../../src/operator/daily-figures.ts'
import { NOW, useSite } from '../../support/site.ts'

const site = useSite()
const TODAY = dayOf(NOW)
const year = { from: addDays(TODAY, -363), to: TODAY }
const month = { from: addDays(TODAY, -29), to: TODAY }

const add = (email: string) => addSubscriber(site.deps, { email, topics: [], consent: 'they asked' })
const confirmed = async (days: { from: string; to: string }) =>
  (await cachedDailyFigures(site.deps, days)).flatMap((one) =>
    one.confirmed > 0 ? [[one.day, one.confirmed]] : [],
  )
const at = (day: string, seconds = 0) =>
  site.clock.moveTo(new Date(Date.parse(`${day}T12:00:00Z`) + seconds * 1000))

test('a year equals dailyFigures; its past days are counted once a minute, today at once', async () => {
  const before = addDays(TODAY, -3)
  at(before)
  await add('ann@example.com')
  at(TODAY)
  expect(await cachedDailyFigures(site.deps, year)).toEqual(await dailyFigures(site.deps, year))
  at(before)
  await add('ben@example.com')
  at(TODAY, 59)
  await add('cem@example.com')
  expect(await confirmed(year)).toEqual([
    [before, 1],
    [TODAY, 1],
  ])
  expect(await confirmed(month)).toEqual([
    [before, 2],
    [TODAY, 1],
  ])
  at(TODAY, 60)
  expect(await confirmed(year)).toEqual([
    [before, 2],
    [TODAY, 1],
  ])
  const past = { from: year.from, to: before }
  expect(await cachedDailyFigures(site.deps, past)).toEqual(await dailyFigures(site.deps, past))
})
