import { expect, test } from 'vitest'
import { pruneAlerts } from '../../../../src/features/alerts/alert.repo.ts'
import { prune } from '../../../../src/operator/prune.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite()

test('pruning deletes alerts that are over, or were sent or raised long ago, and none that lasts', async () => {
  const old = new Date('2026-11-24T12:00:00Z')
  const young = new Date('2027-01-09T12:00:00Z')
  const kept = new Date('2026-12-11T00:00:00Z')
  const rows = [
    { key: 'lasts, sent', sentAt: old },
    { key: 'lasts, never sent' },
    { key: 'over, sent', sentAt: old, endedAt: old },
    { key: 'over, never sent', endedAt: old },
    { key: 'over now, sent', sentAt: old, endedAt: young },
    { key: 'week, sent', kind: 'week', sentAt: old },
    { key: 'week, never sent', kind: 'week' },
    { key: 'week, sent now', kind: 'week', sentAt: young },
  ]
  const more = { kind: 'source-stalled', at: old, nextTry: old, values: {} }
  await site.db.alert.createMany({ data: rows.map((row) => ({ ...more, ...row })) })
  expect(await pruneAlerts(site.db, { kept, dryRun: true })).toEqual({ alerts: 4 })
  expect(await pruneAlerts(site.db, { kept, dryRun: false })).toEqual({ alerts: 4 })
  const left = await site.db.alert.findMany({ orderBy: { id: 'asc' } })
  expect(left.map(({ key }) => key)).toEqual([
    'lasts, sent',
    'lasts, never sent',
    'over now, sent',
    'week, sent now',
  ])
})

test('prune counts the alerts that it deletes', async () => {
  const at = new Date('2026-01-01T00:00:00Z')
  const alert = { kind: 'source-stalled', key: 'x', at, nextTry: at, endedAt: at, values: {} }
  await site.db.alert.create({ data: alert })
  expect(await prune(site.deps, { dryRun: true })).toMatchObject({ alerts: 1 })
  expect(await prune(site.deps)).toMatchObject({ alerts: 1 })
  expect(await site.db.alert.count()).toBe(0)
})
