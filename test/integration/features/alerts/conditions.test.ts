import { expect, test } from 'vitest'
import { newestAlerts } from '../../../../src/features/alerts/alert.repo.ts'
import { runAlerts } from '../../../../src/features/alerts/run-alerts.ts'
import { CONDITIONS } from '../../../../src/operator/health/conditions.ts'
import { useFaultySite } from '../../../support/faulty-site.ts'
import type { TestSite } from '../../../support/site.ts'

const faulty = useFaultySite()

const alertsOf = async (site: TestSite) => {
  await runAlerts(site.deps)
  return (await newestAlerts(site.db, { limit: 10 })).map(({ kind }) => kind)
}

test('a service in which nothing is wrong raises no alert', async () => {
  expect(await alertsOf(faulty.site)).toEqual([])
})

test.each(CONDITIONS.map((condition) => [condition.name, condition] as const))(
  '%s raises an alert at once if it does not recover by itself',
  async (name, { alertAfterMs }) => {
    const site = await faulty.breakIt(name)
    expect(await alertsOf(site)).toEqual(alertAfterMs === 0 ? [name] : [])
  },
)
