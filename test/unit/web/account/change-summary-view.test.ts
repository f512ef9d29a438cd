import { expect, test } from 'vitest'
import type { OpenedManagePage } from '../../../../src/account/open-manage-page.ts'
import { fill, words } from '../../../../src/i18n/words.ts'
import { changeSummaryView, nextEmailText } from '../../../../src/web/account/change-summary-view.ts'

const TODAY = '2026-11-24'

/** The subscriber changed their hour from 9 to 8; `next` is the date of the next email. */
const moved = (next: { localDate: string; now: boolean }) => {
  const subscription = { zone: 'UTC', days: ['tue'], topics: [], state: 'active', pausedUntil: null }
  const change = {
    id: 1,
    isNewest: true,
    canBeUndone: false,
    how: 'page',
    at: new Date(`${TODAY}T08:30:00Z`),
  }
  const before = { ...subscription, hour: 9 }
  const after = { ...subscription, hour: 8 }
  const subscriber = { ...after }
  return changeSummaryView({
    subscriber,
    next,
    today: TODAY,
    change: { ...change, before, after },
  } as unknown as OpenedManagePage)!
}

// Papers that are usually there by now may be late: a digest waits for them, and no page promises minutes.
test('changeSummaryView says after the hour that the email may still be sent', () => {
  expect(moved({ localDate: TODAY, now: true }).next).toBe(words.manage.said.nextNow)
  const next = { localDate: TODAY, now: true } as NonNullable<OpenedManagePage['next']>
  expect(nextEmailText(next, TODAY)).toBe(words.manage.when.now)
})

test('changeSummaryView says before the hour when the email is sent', () => {
  expect(moved({ localDate: TODAY, now: false }).next).toBe(
    fill(words.manage.said.next, { when: words.manage.when.today, hour: '08:00' }),
  )
})
