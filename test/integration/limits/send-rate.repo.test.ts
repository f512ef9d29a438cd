import { beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { openIncidents, recordIncident } from '../../../src/core/incident.repo.ts'
import { setSwitch } from '../../../src/core/switch.repo.ts'
import {
  chargePermits,
  deleteIdleBuckets,
  holdPermits,
  reducePermits,
  restartPermits,
  setPermitLimits,
  takeAvailable,
} from '../../../src/limits/permits.repo.ts'
import { activeSendRates, endDomainIncidents } from '../../../src/limits/send-rate.repo.ts'
import { rampUpRate } from '../../../src/limits/send-rate.ts'
import { isWorkExpected } from '../../../src/mail/outbox/batch.repo.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { at, enqueueGoodbyes, NOW } from '../../support/messages.ts'
import { passTimeInSendRates } from '../../support/pass-time-in-send-rates.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const GMAIL = 'send domain gmail.com'
const pass = (seconds: number) => passTimeInSendRates(database.db, seconds)
const allow = (perSecond: number | undefined, capacity?: number, key: 'send all' | typeof GMAIL = GMAIL) =>
  setPermitLimits(database.db, [{ key, perSecond, capacity }])
const take = async (mails: number, leave = 0) => {
  const [permits] = await takeAvailable(database.db, [{ key: GMAIL, count: mails, leave }])
  return permits
}
const granted = async (mails: number, leave = 0) => (await take(mails, leave))?.granted
const rate = async () => (await activeSendRates(database.db)).find(({ key }) => key === GMAIL)?.perSecond
const giveBack = (count: number, keys: string[]) =>
  chargePermits(
    database.db,
    keys.map((key) => ({ key })),
    -count,
  )
const rows = () => database.db.bucket.count()

/** The database's clock does not matter here: these calls take milliseconds, and a permit takes far more. */
describe('permits', () => {
  test('for a key without a limit are not counted', async () => {
    expect(await take(1000)).toBeUndefined()
    expect(await takeAvailable(database.db, [])).toEqual([])
  })

  test('begin with those of five seconds, and gather no more later', async () => {
    await allow(0.2 * 5)
    expect(await granted(10)).toBe(5)
    expect(await granted(1)).toBe(0)
    await pass(1000)
    expect(await granted(10)).toBe(5)
  })

  test('for a rate below one in five seconds gather up to one', async () => {
    await allow(0.01)
    expect([await granted(5), await granted(5)]).toEqual([1, 0])
    await pass(99)
    expect(await granted(1)).toBe(0)
    await pass(1.1)
    expect(await granted(1)).toBe(1)
  })

  test('gather up to the capacity, by the database’s clock', async () => {
    await allow(0.01, 30)
    expect(await granted(100)).toBe(30)
    await pass(1000)
    expect(await granted(100)).toBe(10)
    await pass(1_000_000)
    expect(await granted(100)).toBe(30)
  })

  test('include the time until the next one', async () => {
    await allow(0.01, 3)
    expect(await take(3)).toMatchObject({ granted: 3, waitSeconds: 0 })
    const { waitSeconds } = (await take(1))!
    expect(waitSeconds).toBeGreaterThan(90)
    expect(waitSeconds).toBeLessThanOrEqual(100)
  })

  test('leave a reserve for others', async () => {
    await allow(0.01, 10)
    expect(await granted(20, 4)).toBe(6)
    expect(await granted(20, 4)).toBe(0)
    expect((await take(1, 4))!.waitSeconds).toBeGreaterThan(90)
    expect(await granted(20)).toBe(4)
  })

  test('for several keys are taken in one statement, each from its own bucket', async () => {
    await allow(0.01, 3)
    await allow(0.01, 7, 'send all')
    const permits = await takeAvailable(database.db, [
      { key: 'send all', count: 5 },
      { key: GMAIL, count: 5 },
      { key: 'send domain other.example', count: 5 },
    ])
    expect(Object.fromEntries(permits.map(({ key, granted }) => [key, granted]))).toEqual({
      'send all': 5,
      [GMAIL]: 3,
    })
  })

  test('are never more than exist, also for eight callers at once, in either order', async () => {
    await allow(0.001, 50)
    await allow(0.001, 90, 'send all')
    const wanted = [
      { key: GMAIL, count: 3 },
      { key: 'send all', count: 2 },
    ] as const
    const caller = async (_: unknown, i: number) => {
      const mine = { [GMAIL]: 0, 'send all': 0 } as Record<string, number>
      for (let call = 0; call < 12; call++) {
        const permits = await takeAvailable(database.db, i % 2 ? wanted : wanted.toReversed())
        for (const { key, granted } of permits) mine[key]! += granted
      }
      return mine
    }
    const all = await Promise.all(Array.from({ length: 8 }, caller))
    expect(all.reduce((sum, mine) => sum + mine[GMAIL]!, 0)).toBe(50)
    expect(all.reduce((sum, mine) => sum + mine['send all']!, 0)).toBe(90)
  })
})

describe('permits that are given back', () => {
  test('can be taken again', async () => {
    await allow(0.001, 10)
    await granted(8)
    await giveBack(3, [GMAIL])
    expect(await granted(20)).toBe(5)
  })
  test('never make more than the capacity', async () => {
    await allow(0.001, 10)
    await giveBack(3, [GMAIL])
    expect(await granted(20)).toBe(10)
    expect(await granted(20)).toBe(0)
  })
  test('create no rate', async () => {
    await giveBack(3, [GMAIL, 'send all'])
    expect(await rows()).toBe(0)
  })
})

describe('what the settings allow', () => {
  test('is set, changed, and lifted; what was taken stays taken', async () => {
    await allow(0.01, 10)
    expect(await granted(4)).toBe(4)
    await allow(0.01, 10)
    expect(await granted(20)).toBe(6)
    await pass(100_000)
    await allow(0.02, 4)
    expect(await granted(20)).toBe(4)
    await pass(100)
    expect(await granted(20)).toBe(2)
    await allow(undefined)
    expect(await take(20)).toBeUndefined()
    await allow(0.01, 10)
    expect(await rate()).toBe(0.01)
  })
  test('does not affect a key without a limit', async () => {
    await allow(undefined)
    expect(await rows()).toBe(0)
  })
  test('is one limit if eight processes set it at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => allow(0.001, 10)))
    expect(await granted(100)).toBe(10)
  })
  test('does not raise the rate that a server asked for', async () => {
    await allow(5)
    await reducePermits(database.db, GMAIL, '421 slow down')
    await allow(undefined)
    expect(await rate()).toBeCloseTo(2.5, 1)
  })
})

describe('the rate after a server asks for less', () => {
  test('is ten a second at first, one to begin with, and twice as many each minute', async () => {
    expect(await reducePermits(database.db, GMAIL, '421 slow down')).toBe(true)
    expect(await rate()).toBeCloseTo(10, 0)
    await pass(60)
    expect(await rate()).toBeCloseTo(20, 0)
    await pass(120)
    expect(await rate()).toBeCloseTo(80, 0)
  })

  test('takes away all gathered permits except one', async () => {
    await allow(0.01, 100)
    await reducePermits(database.db, GMAIL, '421 slow down')
    expect(await granted(50)).toBe(1)
  })

  test('counts once within ten seconds', async () => {
    await reducePermits(database.db, GMAIL, '421 slow down')
    expect(await reducePermits(database.db, GMAIL, '421 slow down')).toBe(false)
    await pass(9)
    expect(await reducePermits(database.db, GMAIL, '421 slow down')).toBe(false)
    expect(await rate()).toBeGreaterThan(10)
    await pass(1.1)
    expect(await reducePermits(database.db, GMAIL, '421 slow down')).toBe(true)
  })

  test('reaching eight processes at once changes the rate once', async () => {
    const changed = await Promise.all(
      Array.from({ length: 8 }, () => reducePermits(database.db, GMAIL, '421 slow down')),
    )
    expect(changed.filter(Boolean)).toHaveLength(1)
    expect(await rate()).toBeCloseTo(10, 0)
  })

  test('halves, down to one in two seconds', async () => {
    const steps: number[] = []
    for (let step = 0; step < 8; step++) {
      await reducePermits(database.db, GMAIL, '421 slow down')
      steps.push((await rate())!)
      await pass(11)
    }
    // In eleven seconds it grows by 14 % again.
    steps.reduce((before, after) => {
      expect(after).toBeCloseTo(Math.max(0.5, (before * 2 ** (11 / 60)) / 2), 1)
      return after
    })
    expect(steps.at(-1)).toBeCloseTo(0.5, 2)
  })

  test('never exceeds the settings, and is at most half of them', async () => {
    await allow(3)
    await reducePermits(database.db, GMAIL, '421 slow down')
    expect(await rate()).toBeCloseTo(1.5, 1)
    await pass(300)
    expect(await activeSendRates(database.db)).toMatchObject([
      { key: GMAIL, perSecond: 3, limit: 3, slowed: false },
    ])
  })

  test('is ten a second if the settings allow more than twenty', async () => {
    await allow(500)
    await reducePermits(database.db, GMAIL, '421 slow down')
    expect(await rate()).toBeCloseTo(10, 0)
  })

  test('is deleted once the rate has recovered', async () => {
    await reducePermits(database.db, GMAIL, '421 slow down')
    await pass(13 * 60)
    await deleteIdleBuckets(database.db)
    expect(await rows()).toBe(1)
    await pass(60)
    expect(await take(1000)).toBeUndefined()
    expect(await activeSendRates(database.db)).toEqual([])
    await deleteIdleBuckets(database.db)
    expect(await rows()).toBe(0)
  })
})

describe('a rate that is held', () => {
  test('gives no permits until then, also none that were given back', async () => {
    await allow(0.01, 100)
    await holdPermits(database.db, GMAIL, { seconds: 3600, reply: 'much refused' })
    await giveBack(5, [GMAIL])
    const permits = (await take(1))!
    expect(permits.granted).toBe(0)
    expect(permits.waitSeconds).toBeGreaterThan(3590)
    await pass(3590)
    expect(await granted(1)).toBe(0)
  })

  test('continues with one in two seconds, and twice as many each minute', async () => {
    await holdPermits(database.db, GMAIL, { seconds: 3600, reply: 'much refused' })
    await pass(3600)
    expect(await rate()).toBeCloseTo(0.5, 1)
    await pass(60)
    expect(await rate()).toBeCloseTo(1, 1)
  })

  test('includes its last second', async () => {
    await holdPermits(database.db, GMAIL, { seconds: 3600, reply: 'much refused' })
    const [pace] = await activeSendRates(database.db)
    const [now] = await database.db.$queryRaw<[{ now: Date }]>`select now()`
    expect(pace).toMatchObject({ key: GMAIL, slowed: true, wasHeld: true, reply: 'much refused' })
    expect(Math.abs(pace!.heldUntil!.getTime() - now.now.getTime() - 3_600_000)).toBeLessThan(5000)
    await pass(3600)
    expect((await activeSendRates(database.db))[0]!.heldUntil).toBeNull()
  })

  test('ignores servers that ask for less meanwhile', async () => {
    await holdPermits(database.db, GMAIL, { seconds: 3600, reply: 'much refused' })
    expect(await reducePermits(database.db, GMAIL, '421 slow down')).toBe(false)
    await pass(3600)
    expect(await rate()).toBeCloseTo(0.5, 1)
  })

  test('can be held a second time', async () => {
    await holdPermits(database.db, GMAIL, { seconds: 3600, reply: 'much refused' })
    await pass(3000)
    await holdPermits(database.db, GMAIL, { seconds: 3600, reply: 'much refused' })
    expect((await take(1))!.waitSeconds).toBeGreaterThan(3590)
  })
})

describe('after a pause', () => {
  const ofAll = async () => (await activeSendRates(database.db)).find(({ key }) => key === 'send all')
  const takeOfAll = async (mails: number) =>
    (await takeAvailable(database.db, [{ key: 'send all', count: mails }]))[0]?.granted

  test('all email begins with ten at once and ten a second, twice as many each minute', async () => {
    await restartPermits(database.db, 'send all')
    expect(await ofAll()).toMatchObject({ slowed: true, wasHeld: false, reply: null, left: 10 })
    expect((await ofAll())!.perSecond).toBeCloseTo(10, 0)
    expect(await takeOfAll(100)).toBe(10)
    await pass(60)
    expect((await ofAll())!.perSecond).toBeCloseTo(20, 0)
    await pass(13 * 60)
    expect(await takeOfAll(10_000)).toBeUndefined()
  })

  test('a slowed rate keeps its value and rises from it', async () => {
    await reducePermits(database.db, 'send all', '421 slow down')
    await pass(11)
    await reducePermits(database.db, 'send all', '421 slow down')
    const before = (await ofAll())!.perSecond
    expect(before).toBeLessThan(6)
    await restartPermits(database.db, 'send all')
    expect((await ofAll())!.perSecond).toBeCloseTo(before, 1)
  })

  test('the settings still apply', async () => {
    await allow(3, 4, 'send all')
    await restartPermits(database.db, 'send all')
    expect(await ofAll()).toMatchObject({ perSecond: 3, slowed: false, left: 4 })
  })
})

describe('the incident of a domain', () => {
  const hold = async () => {
    await holdPermits(database.db, GMAIL, { seconds: 3600, reply: '8 % of the last 250 emails' })
    const trouble = { what: 'domain-held', detail: '550 5.7.1 no', since: NOW }
    await recordIncident(database.db, { name: 'domain gmail.com', ...trouble })
    await recordIncident(database.db, { name: 'delivery bulk', ...trouble })
  }
  const names = async () => (await openIncidents(database.db)).map(({ name }) => name)
  const tick = async () => {
    await deleteIdleBuckets(database.db)
    await endDomainIncidents(database.db)
  }
  beforeEach(hold)

  test('lasts while the domain is held, also if it accepts emails meanwhile', async () => {
    await endDomainIncidents(database.db, new Set(['gmail.com']))
    expect(await names()).toContain('domain gmail.com')
  })

  test('ends once the domain accepts an email after that, and no other incident ends', async () => {
    await pass(3601)
    await endDomainIncidents(database.db, new Set(['other.example']))
    expect(await names()).toContain('domain gmail.com')
    await endDomainIncidents(database.db, new Set(['gmail.com', 'other.example']))
    expect(await names()).toEqual(['delivery bulk'])
  })

  test('ends two hours after the last hold, if no one sends to the domain', async () => {
    await pass(3600)
    await hold()
    await pass(7190)
    await tick()
    expect(await names()).toContain('domain gmail.com')
    await pass(20)
    await tick()
    expect(await names()).toEqual(['delivery bulk'])
  })
})

describe('the daily emails of a new sending domain', () => {
  const config = readConfig({ RAMP_UP_SINCE: '2026-11-24' })
  const takeOn = async (now: Date, mails: number) => {
    const { key, limit } = rampUpRate(config, now)!
    await setPermitLimits(database.db, [{ key, ...limit }])
    const [permits] = await takeAvailable(database.db, [{ key, count: mails }])
    return permits?.granted
  }
  const HOUR = 3600

  test('are 1,000 on the first day, and 2,000 on the second, at any pace', async () => {
    expect(await takeOn(at('00:10'), 700)).toBe(700)
    await pass(12 * HOUR)
    expect(await takeOn(at('12:10'), 700)).toBe(300)
    await pass(11 * HOUR)
    expect(await takeOn(at('23:10'), 700)).toBe(0)
    expect(await takeOn(new Date('2026-11-25T00:00:00Z'), 5000)).toBe(2000)
    await pass(23 * HOUR)
    expect(await takeOn(new Date('2026-11-25T23:00:00Z'), 5000)).toBe(0)
  })

  test('do not gather over days without a digest', async () => {
    expect(await takeOn(at('08:00'), 1)).toBe(1)
    await pass(48 * HOUR)
    expect(await takeOn(new Date('2026-11-26T08:00:00Z'), 50_000)).toBe(4000)
  })

  test('are not granted again within the day by a process whose clock is late', async () => {
    const tomorrow = new Date('2026-11-25T00:00:01Z')
    expect(await takeOn(at('23:59'), 1000)).toBe(1000)
    expect(await takeOn(tomorrow, 2000)).toBe(2000)
    expect(await takeOn(at('23:59'), 1000)).toBe(0)
    expect(await takeOn(tomorrow, 2000)).toBe(0)
  })

  test('are stored until the end of the day', async () => {
    expect(await takeOn(at('00:00'), 1000)).toBe(1000)
    await pass(23.9 * HOUR)
    await deleteIdleBuckets(database.db)
    expect(await takeOn(at('23:59'), 1)).toBe(0)
  })
})

describe('batches that wait for a rate', () => {
  const holds = (withinSeconds = 60) => isWorkExpected(database.db, { lane: 'bulk', now: NOW, withinSeconds })
  const slowly = async () => {
    await setPermitLimits(database.db, [{ key: 'send domain y.example', perSecond: 0.1 }])
    await takeAvailable(database.db, [{ key: 'send domain y.example', count: 5 }])
  }
  beforeEach(() => enqueueGoodbyes(database.db, 'bulk', 30))

  test('are waited for if the next permit is near', async () => {
    expect(await holds()).toBe(true) // nothing keeps them
    await slowly()
    expect(await holds()).toBe(true)
    expect(await holds(5)).toBe(false)
    await pass(10)
    // The permit is there: the next process to look may lease the batch.
    expect(await holds()).toBe(true)
  })

  test.each([
    ['is not due yet', `update batch set not_before = '2026-11-24T08:01:00Z'`],
    ['is done', `update batch set done_at = now()`],
    ['is of the other lane', `update batch set lane = 'transactional'`],
  ])('are not waited for if the batch %s', async (_what, sql) => {
    await slowly()
    await database.db.$executeRawUnsafe(sql)
    expect(await holds()).toBe(false)
  })

  test('are waited for while a worker holds one, also if the next permit is far off', async () => {
    await slowly()
    await database.db.$executeRaw`update batch set owner = 'bob', lease_until = now() + interval '1 minute'`
    expect(await holds(5)).toBe(true)
  })

  test('are not waited for while delivery is paused', async () => {
    await slowly()
    await setSwitch(database.db, 'delivery', { value: 'paused', reason: 'test', at: NOW })
    expect(await holds()).toBe(false)
  })

  test('are not waited for if the domain is held for an hour', async () => {
    await holdPermits(database.db, 'send domain y.example', { seconds: 3600, reply: 'much refused' })
    expect(await holds()).toBe(false)
    await pass(3600)
    expect(await holds()).toBe(true)
  })
})

test('a rate that was not used for a day is deleted', async () => {
  await allow(5)
  await pass(86_000)
  await deleteIdleBuckets(database.db)
  expect(await rows()).toBe(1)
  await pass(1000)
  await deleteIdleBuckets(database.db)
  expect(await rows()).toBe(0)
})
