import { describe, expect, test } from 'vitest'
import { type Breaker, openBreaker } from '../../../src/delivery/breaker.ts'

const POLICY = { class: 'policy', deadAddress: false } as const
const DEAD = { class: 'dead', deadAddress: true } as const
const NEVER = 100

const accept = (breaker: Breaker, domain = 'a.example') => breaker.hear({ domain })
const refuse = (breaker: Breaker, refused: typeof POLICY | typeof DEAD = POLICY, domain = 'a.example') =>
  breaker.hear({ domain, refused })

/** So many acceptances, which say nothing, and then refusals of which all but the last say nothing either. */
function refusedAfter(
  accepted: number,
  refusals: number,
  of = POLICY as typeof POLICY | typeof DEAD,
  stopAt = NEVER,
) {
  const breaker = openBreaker(stopAt)
  for (let i = 0; i < accepted; i++) expect(accept(breaker)).toBeUndefined()
  for (let i = 1; i < refusals; i++) expect(refuse(breaker, of)).toBeUndefined()
  return { breaker, last: refuse(breaker, of) }
}

describe('one domain', () => {
  test('trips at the twentieth refusal that speaks of us, and not at the nineteenth', () => {
    expect(refusedAfter(10, 19).last).toBeUndefined()
    expect(refusedAfter(10, 20).last).toEqual({ scope: 'domain', domain: 'a.example', share: 100, of: 20 })
  })

  test('trips at five in a hundred of its newest 400, and not below', () => {
    const mixed = (refusedEvery: number) => {
      const breaker = openBreaker(NEVER)
      for (let mail = 0; mail < 4000; mail++) {
        const trip = mail % refusedEvery === 0 ? refuse(breaker) : accept(breaker)
        if (trip) return { ...trip, mail }
      }
      return undefined
    }
    expect(mixed(20)).toEqual({ scope: 'domain', domain: 'a.example', share: 5, of: 381, mail: 380 })
    expect(mixed(21)).toEqual({ scope: 'domain', domain: 'a.example', share: 5, of: 400, mail: 399 })
    expect(mixed(22)).toBeUndefined()
  })

  test.each([
    ['no such mailbox', DEAD],
    ['a full mailbox', { class: 'full', deadAddress: false }],
    ['an answer that no rule knows', { class: 'unknown', deadAddress: false }],
    ['a later time', { class: 'temporary', deadAddress: false }],
  ] as const)('%s says nothing of us', (_what, refused) => {
    const breaker = openBreaker(NEVER)
    refuse(breaker) // now it has a window
    for (let i = 0; i < 15; i++) accept(breaker)
    for (let i = 0; i < 100; i++)
      expect(breaker.hear({ domain: 'a.example', refused })?.scope).not.toBe('domain')
  })

  test('what refuses our own faults counts like policy', () => {
    const breaker = openBreaker(NEVER)
    const refused = { class: 'ours', deadAddress: false } as const
    for (let i = 0; i < 200; i++) accept(breaker, 'b.example')
    for (let i = 1; i < 20; i++) expect(breaker.hear({ domain: 'a.example', refused })).toBeUndefined()
    expect(breaker.hear({ domain: 'a.example', refused })).toMatchObject({ domain: 'a.example' })
  })

  test('is its own: what another refuses does not count', () => {
    const breaker = openBreaker(NEVER)
    for (let i = 0; i < 200; i++) accept(breaker, 'good.example')
    for (let i = 1; i < 20; i++) {
      expect(refuse(breaker, POLICY, 'a.example')).toBeUndefined()
      expect(refuse(breaker, POLICY, 'b.example')).toBeUndefined()
    }
    expect(refuse(breaker, POLICY, 'b.example')).toEqual({
      scope: 'domain',
      domain: 'b.example',
      share: 100,
      of: 20,
    })
    expect(refuse(breaker, POLICY, 'a.example')).toMatchObject({ domain: 'a.example' })
  })

  test('begins anew after it tripped', () => {
    const { breaker, last } = refusedAfter(100, 20)
    expect(last).toBeDefined()
    for (let i = 0; i < 200; i++) accept(breaker, 'b.example')
    for (let i = 1; i < 20; i++) expect(refuse(breaker)).toBeUndefined()
    expect(refuse(breaker)).toMatchObject({ scope: 'domain', of: 20 })
  })
})

describe('all mail', () => {
  test('trips at the share of the setting, and not below', () => {
    expect(refusedAfter(81, 20, DEAD, 20).last).toBeUndefined() // 20 of 101: 19.8 %
    expect(refusedAfter(80, 20, DEAD, 20).last).toEqual({ scope: 'all', share: 20, of: 100 })
  })

  test('needs twenty refusals, however many of a hundred that is', () => {
    expect(refusedAfter(0, 19, DEAD, 20).last).toBeUndefined()
    expect(refusedAfter(0, 20, DEAD, 20).last).toEqual({ scope: 'all', share: 100, of: 20 })
  })

  test('looks at the newest 200 alone', () => {
    // 39 of the newest 200 are below 20 %, 40 are not; what came before does not thin them.
    const { breaker } = refusedAfter(5000, 39, DEAD, 20)
    expect(refuse(breaker, DEAD)).toEqual({ scope: 'all', share: 20, of: 200 })
  })

  test('an acceptance never trips it, and begins nothing anew', () => {
    const { breaker } = refusedAfter(0, 19, DEAD, 20)
    for (let i = 0; i < 50; i++) expect(accept(breaker)).toBeUndefined()
    expect(refuse(breaker, DEAD)).toEqual({ scope: 'all', share: 29, of: 70 })
  })

  test('counts all domains together, and begins anew after it tripped', () => {
    const breaker = openBreaker(20)
    const spread = () => {
      for (let i = 1; i < 20; i++) expect(refuse(breaker, DEAD, `d${i}.example`)).toBeUndefined()
      return refuse(breaker, DEAD, 'd20.example')
    }
    expect(spread()).toMatchObject({ scope: 'all', of: 20 })
    expect(spread()).toMatchObject({ scope: 'all', of: 20 })
  })

  test('comes before a domain that trips at the same mail', () => {
    expect(refusedAfter(0, 20, POLICY, 20).last).toEqual({ scope: 'all', share: 100, of: 20 })
  })

  test('with 100 it stops where everything is refused alone', () => {
    expect(refusedAfter(1, 60, DEAD, 100).last).toBeUndefined()
    expect(refusedAfter(0, 20, DEAD, 100).last).toMatchObject({ scope: 'all', share: 100 })
  })
})
