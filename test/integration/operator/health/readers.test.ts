import { expect, test } from 'vitest'
import { words } from '../../../../src/i18n/words.ts'
import { CONDITIONS, findProblems } from '../../../../src/operator/health/conditions.ts'
import { readHealthFacts } from '../../../../src/operator/health/facts.ts'
import { logIn } from '../../../support/admin.ts'
import { useFaultySite } from '../../../support/faulty-site.ts'
import { get, type TestSite, textOf } from '../../../support/site.ts'

const EMPTY = { ready: 0, taken: 0, deferred: 0, uncertain: 0, oldest: null, nextTry: null }
/** Digests go out in spite of these. */
const BESIDE_SENDING = ['domains', 'papers', 'signups', 'links', 'reports']
const EMPTY_LANES = { transactional: EMPTY, bulk: EMPTY }
const faulty = useFaultySite()

const overviewOf = async (site: TestSite) => textOf((await (await logIn(site)).get('/admin')).body)
const statusOf = async (site: TestSite) => textOf((await get(site, '/status')).body)

test('a service without faults has no incident on the overview, /status and in health checks', async () => {
  const { site } = faulty
  expect(await overviewOf(site)).toContain(words.admin.overview.headline.none)
  expect(await statusOf(site)).toContain(words.status.sending)
})

test.each(CONDITIONS.map(({ name }) => name))('%s is on the overview and on /status', async (name) => {
  const site = await faulty.breakIt(name)
  const problems = findProblems(await readHealthFacts(site.deps, EMPTY_LANES))
  expect(problems.map((problem) => problem.condition.name)).toEqual([name])
  const [problem] = problems

  const overview = await overviewOf(site)
  expect(overview).toContain(problem!.sentence)
  expect(overview).not.toContain('Nothing is wrong.')

  const status = await statusOf(site)
  const { notice } = problem!
  const sentence = notice ? words.status.problems[notice] : words.status.sending
  expect(status).toContain(sentence.split('{since}')[0])
  expect(status.includes(words.status.sending)).toBe(notice === null || BESIDE_SENDING.includes(notice))
})
