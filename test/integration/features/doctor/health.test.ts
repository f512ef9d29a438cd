import { expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import type { Check } from '../../../../src/features/doctor/check.ts'
import { runDoctor } from '../../../../src/features/doctor/run-doctor.ts'
import { deliverySummary } from '../../../../src/operator/delivery-switch.ts'
import { CONDITIONS, findProblems } from '../../../../src/operator/health/conditions.ts'
import { readHealthFacts } from '../../../../src/operator/health/facts.ts'
import type { CheckState } from '../../../../src/operator/health/feature-check.ts'
import { useFaultySite } from '../../../support/faulty-site.ts'
import type { TestSite } from '../../../support/site.ts'

const faulty = useFaultySite()
/** Nothing listens there. */
const NOWHERE = { BASE_URL: 'http://127.0.0.1:9', PORT: '9', HF_URL: 'http://127.0.0.1:9' }

const doctorOf = (site: TestSite, isBeforeStart = false) =>
  runDoctor({
    isBeforeStart,
    config: readConfig({ ...NOWHERE, SENDING: site.deps.config.SENDING }),
    features: [],
    faults: [],
    clock: site.clock,
    connect: async () => site.deps,
    withinMs: 10_000,
  })

test('a service in which nothing is wrong has one good line', async () => {
  const checks = await doctorOf(faulty.site)
  expect(checks.filter(({ check }) => check === 'health')).toMatchObject([{ state: 'ok' }])
})

test.each(CONDITIONS.map((condition) => [condition.name, condition] as const))(
  '%s has its line',
  async (name, condition) => {
    const site = await faulty.breakIt(name)
    const { lanes } = await deliverySummary(site.deps)
    const [problem] = findProblems(await readHealthFacts(site.deps, lanes))
    const checks = await doctorOf(site)
    expect(checks.filter(({ check }) => check === name)).toEqual([
      { check: name, state: condition.state, found: problem!.sentence, fix: problem!.fix },
    ])
    expect(checks.map(({ check }) => check)).not.toContain('health')
  },
)

test('before the start, what needs the running service is skipped, and nothing else', async () => {
  const site = await faulty.breakIt('schedule-silent')
  const [now, before] = [await doctorOf(site), await doctorOf(site, true)]
  const namesOf = (checks: Check[], wanted: CheckState) =>
    checks.filter(({ state }) => state === wanted).map(({ check }) => check)
  const needsService = ['site', 'schedule-silent']
  expect(namesOf(now, 'wrong')).toEqual(expect.arrayContaining(needsService))
  expect(namesOf(before, 'wrong')).toEqual(
    namesOf(now, 'wrong').filter((name) => !needsService.includes(name)),
  )
  expect(namesOf(before, 'skipped').toSorted()).toEqual(
    [...namesOf(now, 'skipped'), ...needsService].toSorted(),
  )
})
