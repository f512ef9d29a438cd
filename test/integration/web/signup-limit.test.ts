import { describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { errorsOn } from '../../support/page-text.ts'
import { problemsOf } from '../../support/problems-of.ts'
import { post, useSite } from '../../support/site.ts'

const site = useSite({ SIGNUP_PER_HOUR: '3' })
const ANN = 'ann@example.com'

const signsUp = (email: string, fields: object = {}) => post(site, '/subscribe', { email, ...fields })
/** Addresses of the emails that may be sent. One that is held has its creation as its deadline. */
const going = async () => {
  const deadline = { gt: site.db.message.fields.datedAt }
  return (await site.db.message.findMany({ where: { deadline } })).map(({ toAddress }) => toAddress)
}
const addAnn = () => addSubscriber(site.deps, { email: ANN, topics: [], consent: 'by phone' })

async function useUp(): Promise<void> {
  for (let n = 0; n < 3; n++) expect((await signsUp(`a${n}@example.com`)).statusCode).toBe(303)
}

describe('when the sign-up emails of the hour are used up', () => {
  test('the form gets 429 with the wait and the input', async () => {
    await useUp()
    const { statusCode, headers, body } = await signsUp('new@example.com', { topic: 'robots', hour: '20' })
    expect([statusCode, errorsOn(body)]).toEqual([429, ['signup.busy']])
    expect(Number(headers['retry-after'])).toBeGreaterThan(60)
    expect(body).toContain('value="new@example.com"')
    expect(body).toContain('robots')
    expect(await going()).toHaveLength(3)
  })

  test('the API gets 429 with the code', async () => {
    await useUp()
    const payload = { email: 'new@example.com', topic: 'robots' }
    const json = await site.app.inject({ method: 'POST', url: '/api/subscriptions', payload })
    expect([json.statusCode, json.json().error]).toEqual([429, 'signup.busy'])
    expect(Number(json.headers['retry-after'])).toBeGreaterThan(60)
  })

  test('a subscriber still gets their link, with the response of an unknown address', async () => {
    await addAnn()
    await useUp()
    const answers = []
    for (const email of [ANN, 'new@example.com']) {
      const { statusCode, headers, body } = await post(site, '/manage', { email })
      const { date: _, ...others } = headers
      answers.push({ statusCode, others, body })
    }
    expect(answers[0]!.statusCode).toBe(303)
    expect(answers[1]).toEqual(answers[0])
    expect(await going()).toEqual(expect.arrayContaining([ANN]))
    expect(await going()).not.toContain('new@example.com')
  })

  test('a sign-up without an email does not count for its address', async () => {
    await useUp()
    for (let n = 0; n < 3; n++) await signsUp('new@example.com')
    await site.db.bucket.deleteMany()
    for (let n = 0; n < 3; n++) await signsUp('new@example.com')
    expect((await going()).filter((to) => to === 'new@example.com')).toHaveLength(2)
  })

  test('twenty sign-ups at once send three emails', async () => {
    // Before the first one of a network is recorded, another one may get what is reserved for such networks.
    await signsUp('first@example.com')
    await Promise.all(Array.from({ length: 19 }, (_, n) => signsUp(`b${n}@example.com`)))
    expect(await going()).toHaveLength(3)
  })

  test('the operator has a problem, until permits are free again', async () => {
    await useUp()
    expect(await problemsOf(site.deps, 'signups-limited')).toEqual([])
    for (let n = 0; n < 3; n++) await signsUp(`c${n}@example.com`)
    const values = { detail: expect.stringMatching(/^3 an hour .* 1 more/) }
    expect(await problemsOf(site.deps, 'signups-limited')).toMatchObject([{ finding: { values } }])
    await site.db.$executeRaw`update bucket set at = at - interval '1 hour'`
    expect(await problemsOf(site.deps, 'signups-limited')).toEqual([])
  })
})
