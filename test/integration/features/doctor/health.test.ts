import { expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { runDoctor } from '../../../../src/features/doctor/run-doctor.ts'
import { deliverySummary } from '../../../../src/operator/delivery-switch.ts'
import { CONDITIONS, findProblems } from '../../../../src/operator/health/conditions.ts'
import { readHealthFacts } from '../../../../src/operator/health/facts.ts'
import { useFaultySite } from '../../../support/faulty-site.ts'
import type { TestSite } from '../../../support/site.ts'

const faulty = useFaultySite()

const doctorOf = (site: TestSite) =>
  runDoctor({
    config: readConfig({ SENDING: site.deps.config.SENDING, HF_URL: 'http://127.0.0.1:9' }),
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
