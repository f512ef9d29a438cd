import { describe, expect, test } from 'vitest'
import type { RefusalClass } from '../../../../src/mail/refusals/refusal-rule.ts'
import { type CircuitBreaker, openCircuitBreaker } from '../../../../src/mail/sending/circuit-breaker.ts'

const NEVER = 100
const A = 'a.example'

const accept = (breaker: CircuitBreaker, domain = A) => breaker.record({ domain })

const WORDS = ['554 not from you', '554 we know you', '554 no']
let words = 0
/** In other words than the refusal before, unless they are given. */
const refuse = (
  breaker: CircuitBreaker,
  kind: RefusalClass | 'unknown' = 'policy',
  domain = A,
  answer?: string,
) =>
  breaker.record({
    domain,
    refused: { class: kind, reply: answer ?? WORDS[words++ % WORDS.length]! },
  })

/** So many acceptances, which say nothing, and then refusals of which all but the last say nothing either. */
function refusedAfter(accepted: number, refusals: number, kind: RefusalClass = 'policy', stopAt = NEVER) {
  const breaker = openCircuitBreaker(stopAt)
  for (let i = 0; i < accepted; i++) expect(accept(breaker)).toBeUndefined()
  for (let i = 1; i < refusals; i++) expect(refuse(breaker, kind)).toBeUndefined()
  return { breaker, last: refuse(breaker, kind) }
}

describe('refusals with the same words', () => {
  const alike = (breaker: CircuitBreaker, times: number, domain = A, answer = '554 5.7.1 denied id 4X9') => {
    for (let i = 1; i < times; i++) expect(refuse(breaker, 'full', domain, answer)).toBeUndefined()
    return refuse(breaker, 'full', domain, answer)
  }
  const trip = (domain: string | null) => ({ domain, what: 'refused-alike', share: 100, of: 10 })

  test('stop all domains at the tenth in a row, not at the ninth', () => {
    expect(alike(openCircuitBreaker(NEVER), 9)).toBeUndefined()
    expect(alike(openCircuitBreaker(NEVER), 10)).toEqual(trip(null))
  })

  test('are the same if only ids differ', () => {
    const breaker = openCircuitBreaker(NEVER)
    for (let i = 1; i < 10; i++) refuse(breaker, 'policy', A, `554 5.7.1 denied id 4X${i}`)
    expect(refuse(breaker, 'policy', A, '554 5.7.1 denied id 5Y0')).toEqual(trip(null))
  })

  test('are not in a row with an acceptance or another text between them', () => {
    const breaker = openCircuitBreaker(NEVER)
    alike(breaker, 9)
    accept(breaker)
    alike(breaker, 9)
    refuse(breaker, 'policy', A, '554 other words')
    expect(alike(breaker, 9)).toBeUndefined()
    expect(alike(breaker, 1)).toEqual(trip(null))
  })

  test('concern one domain if another accepted an email before', () => {
    const breaker = openCircuitBreaker(NEVER)
    accept(breaker, 'b.example')
    expect(alike(breaker, 10)).toEqual(trip(A))
  })

  test('concern one domain, whatever others accept or refuse between them', () => {
    const breaker = openCircuitBreaker(NEVER)
    const denied = () => refuse(breaker, 'policy', A, '554 5.7.1 denied')
    for (let i = 1; i < 10; i++) {
      expect(denied()).toBeUndefined()
      accept(breaker, 'b.example')
      expect(refuse(breaker, 'full', 'c.example', '552 full')).toBeUndefined()
    }
    expect(denied()).toEqual(trip(A))
  })

  test('are not in a row with an acceptance of the domain, or for dead or full mailboxes', () => {
    const breaker = openCircuitBreaker(NEVER)
    for (let i = 1; i < 19; i++) {
      accept(breaker, 'b.example')
      expect(refuse(breaker, 'dead', A, '550 5.1.1 no such user')).toBeUndefined()
      expect(refuse(breaker, 'full', 'c.example', '552 full')).toBeUndefined()
      expect(refuse(breaker, 'unknown', 'd.example', '554 no')).toBeUndefined()
      if (i % 9 === 0) accept(breaker, 'd.example')
    }
  })

  test('concern all domains if only the domain itself accepted emails', () => {
    const breaker = openCircuitBreaker(NEVER)
    accept(breaker)
    accept(breaker)
    expect(alike(breaker, 10)).toEqual(trip(null))
  })

  test('concern all domains if one of them is from another domain', () => {
    const breaker = openCircuitBreaker(NEVER)
    accept(breaker, 'b.example')
    alike(breaker, 9)
    expect(alike(breaker, 1, 'c.example')).toEqual(trip(null))
  })

  test('count from zero after they tripped', () => {
    const breaker = openCircuitBreaker(NEVER)
    expect(alike(breaker, 10)).toEqual(trip(null))
    expect(alike(breaker, 10)).toEqual(trip(null))
  })
})

describe('refusals of one domain', () => {
  test('trip at the twentieth that concerns us, not at the nineteenth', () => {
    expect(refusedAfter(10, 19).last).toBeUndefined()
    expect(refusedAfter(10, 20).last).toEqual({ domain: A, what: 'refused-much', share: 100, of: 20 })
  })

  test('trip at five in a hundred of its newest 400, not below', () => {
    const refusingEvery = (nth: number) => {
      const breaker = openCircuitBreaker(NEVER)
      for (let mail = 0; mail < 4000; mail++) {
        const trip = mail % nth === 0 ? refuse(breaker) : accept(breaker)
        if (trip) return { ...trip, mail }
      }
      return undefined
    }
    const trip = { domain: A, what: 'refused-much', share: 5 }
    expect(refusingEvery(20)).toEqual({ ...trip, of: 381, mail: 380 })
    expect(refusingEvery(21)).toEqual({ ...trip, of: 400, mail: 399 })
    expect(refusingEvery(22)).toBeUndefined()
  })

  test.each(['dead', 'full', 'temporary', 'unknown'] as const)('do not count with class %s', (kind) => {
    const breaker = openCircuitBreaker(NEVER)
    refuse(breaker) // now it has a window
    for (let i = 0; i < 15; i++) accept(breaker)
    for (let i = 0; i < 100; i++) expect(refuse(breaker, kind)).toBeUndefined()
  })

  test('of class "ours" count like those of class "policy"', () => {
    expect(refusedAfter(200, 20, 'ours').last).toMatchObject({ domain: A, what: 'refused-much' })
  })

  test('do not count for another domain', () => {
    const breaker = openCircuitBreaker(NEVER)
    for (let i = 0; i < 200; i++) accept(breaker, 'good.example')
    for (let i = 1; i < 20; i++) {
      expect(refuse(breaker, 'policy', 'b.example')).toBeUndefined()
      expect(refuse(breaker)).toBeUndefined()
    }
    expect(refuse(breaker, 'policy', 'b.example')).toMatchObject({ domain: 'b.example', of: 20 })
    expect(refuse(breaker)).toMatchObject({ domain: A, of: 20 })
  })

  test('count from zero after they tripped', () => {
    const { breaker, last } = refusedAfter(100, 20)
    expect(last).toBeDefined()
    for (let i = 0; i < 200; i++) accept(breaker, 'b.example')
    for (let i = 1; i < 20; i++) expect(refuse(breaker)).toBeUndefined()
    expect(refuse(breaker)).toMatchObject({ domain: A, of: 20 })
  })
})

describe('the share of refused emails', () => {
  const trip = (share: number, of: number) => ({ domain: null, what: 'refused-much', share, of })

  test('trips at the share of the setting, not below', () => {
    expect(refusedAfter(81, 20, 'dead', 20).last).toBeUndefined() // 20 of 101: 19.8 %
    expect(refusedAfter(80, 20, 'dead', 20).last).toEqual(trip(20, 100))
  })

  test('needs twenty refusals, of any share', () => {
    expect(refusedAfter(0, 19, 'dead', 20).last).toBeUndefined()
    expect(refusedAfter(0, 20, 'dead', 20).last).toEqual(trip(100, 20))
  })

  test('counts only the newest 200', () => {
    const { breaker } = refusedAfter(5000, 39, 'dead', 20)
    expect(refuse(breaker, 'dead')).toEqual(trip(20, 200))
  })

  test('is not tripped or reset by an acceptance', () => {
    const { breaker } = refusedAfter(0, 19, 'dead', 20)
    for (let i = 0; i < 50; i++) expect(accept(breaker)).toBeUndefined()
    expect(refuse(breaker, 'dead')).toEqual(trip(29, 70))
  })

  test('counts all domains together, from zero after it tripped', () => {
    const breaker = openCircuitBreaker(20)
    const spread = () => {
      for (let i = 1; i < 20; i++) expect(refuse(breaker, 'dead', `d${i}.example`)).toBeUndefined()
      return refuse(breaker, 'dead', 'd20.example')
    }
    expect(spread()).toEqual(trip(100, 20))
    expect(spread()).toEqual(trip(100, 20))
  })

  test('comes before a domain that trips at the same email, if no other domain accepts any', () => {
    expect(refusedAfter(0, 20, 'policy', 20).last).toEqual(trip(100, 20))
  })

  test('does not count refusals of one domain while others accept', () => {
    const breaker = openCircuitBreaker(20)
    const trips: unknown[] = []
    for (let i = 0; i < 70; i++) {
      if (i % 7 < 2) expect(accept(breaker, 'b.example')).toBeUndefined()
      else trips.push(refuse(breaker))
    }
    const expected = { domain: A, what: 'refused-much', share: 100, of: 20 }
    expect(trips.flatMap((trip, i) => (trip ? [i, trip] : []))).toEqual([19, expected, 39, expected])
  })

  test('counts refusals of a domain if the others refuse as well', () => {
    const breaker = openCircuitBreaker(20)
    for (let i = 0; i < 15; i++) {
      accept(breaker, 'b.example')
      expect(refuse(breaker)).toBeUndefined()
    }
    for (let i = 0; i < 4; i++) expect(refuse(breaker, 'full', 'c.example')).toBeUndefined()
    expect(refuse(breaker, 'full', 'd.example')).toEqual(trip(57, 35))
  })

  test('of 100 trips only if all emails are refused', () => {
    expect(refusedAfter(1, 60, 'dead', 100).last).toBeUndefined()
    expect(refusedAfter(0, 20, 'dead', 100).last).toEqual(trip(100, 20))
  })
})
