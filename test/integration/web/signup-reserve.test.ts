import { describe, expect, test } from 'vitest'
import { errorsOn } from '../../support/page-text.ts'
import { problemsOf } from '../../support/problems-of.ts'
import { newestMail, subscribeThroughSite, useSite } from '../../support/site.ts'

const PER_HOUR = 30
const RESERVE = 8

const site = useSite({ SIGNUP_PER_HOUR: String(PER_HOUR) })

const postFrom = (remoteAddress: string, url: string, email: string) =>
  site.app.inject({
    method: 'POST',
    url,
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    payload: new URLSearchParams({ email }).toString(),
  })

let people = 0
const signsUpFrom = async (remoteAddress: string) =>
  (await postFrom(remoteAddress, '/subscribe', `person${people++}@example.com`)).statusCode

/** Signs up from thirty networks: 10.0.0.0/24, 10.0.1.0/24, … */
async function useUp(): Promise<void> {
  for (let n = 0; n < PER_HOUR; n++) expect(await signsUpFrom(`10.0.${n}.1`)).toBe(303)
}

const oneHourLater = () => site.db.$executeRaw`update bucket set at = at - interval '1 hour'`

describe('when SIGNUP_PER_HOUR is used up', () => {
  test('a network without a sign-up today still gets one, with its email', async () => {
    await useUp()
    const { statusCode } = await postFrom('203.0.113.7', '/subscribe', 'new@example.com')
    expect(statusCode).toBe(303)
    expect(await newestMail(site.db, 'new@example.com')).toMatchObject({ kind: 'confirmation' })
  })

  test('a network that had one gets 429 with Retry-After', async () => {
    await useUp()
    for (const ip of ['10.0.3.1', '10.0.3.200']) {
      const { statusCode, headers, body } = await postFrom(ip, '/subscribe', 'second@example.com')
      expect([statusCode, errorsOn(body)]).toEqual([429, ['signup.busy']])
      expect(Number(headers['retry-after'])).toBeGreaterThan(60)
    }
  })

  test('every address of one /48 shares one sign-up of the reserve', async () => {
    await useUp()
    const networks = ['2001:db8:5:1::1', '2001:db8:5:2::1', '2001:db8:5:ff00::1']
    const statuses = []
    for (const ip of networks) statuses.push(await signsUpFrom(ip))
    expect(statuses).toEqual([303, 429, 429])
  })

  test('the reserve is a quarter of SIGNUP_PER_HOUR, also for new networks at once', async () => {
    await useUp()
    const statuses = await Promise.all(Array.from({ length: 40 }, (_, n) => signsUpFrom(`10.1.${n}.1`)))
    expect(statuses.filter((status) => status === 303)).toHaveLength(RESERVE)
    expect(statuses.filter((status) => status === 429)).toHaveLength(40 - RESERVE)
  })

  test('a network that the reserve refused keeps its sign-up for later', async () => {
    await useUp()
    for (let n = 0; n < RESERVE; n++) expect(await signsUpFrom(`10.1.${n}.1`)).toBe(303)
    expect(await signsUpFrom('203.0.113.7')).toBe(429)
    await oneHourLater()
    await useUp()
    expect(await signsUpFrom('203.0.113.7')).toBe(303)
  })

  test('the form for a link is accepted: a subscriber gets it, a stranger gets no email', async () => {
    await subscribeThroughSite(site, 'ann@example.com')
    for (let n = 0; n < PER_HOUR - 1; n++) expect(await signsUpFrom(`10.0.${n}.1`)).toBe(303)
    const answers = []
    for (const email of ['ann@example.com', 'stranger@example.com']) {
      const { statusCode, headers, body } = await postFrom('10.0.3.1', '/manage', email)
      answers.push({ statusCode, location: headers.location, body })
    }
    expect(answers[0]).toMatchObject({ statusCode: 303, location: '/manage/sent' })
    expect(answers[1]).toEqual(answers[0])
    expect(await newestMail(site.db, 'ann@example.com')).toMatchObject({ kind: 'manage-link' })
    const { deadline, datedAt } = await site.db.message.findFirstOrThrow({
      where: { toAddress: 'stranger@example.com' },
    })
    expect(deadline).toEqual(datedAt)
  })

  test('the operator has a problem that names the reserve', async () => {
    await useUp()
    for (const ip of ['203.0.113.7', '10.0.3.1', '10.0.4.1']) await signsUpFrom(ip)
    const values = {
      detail: '30 an hour (SIGNUP_PER_HOUR), and 8 more for networks without a sign-up in the last 24 hours',
    }
    expect(await problemsOf(site.deps, 'signups-limited')).toMatchObject([{ finding: { values } }])
  })
})
