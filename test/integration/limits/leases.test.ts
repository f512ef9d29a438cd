import { expect, test } from 'vitest'
import { endLease } from '../../../src/limits/permits.repo.ts'
import { useDatabase } from '../../support/database.ts'
import { passTimeInSendRates } from '../../support/pass-time-in-send-rates.ts'
import { takeSourcePermit } from '../../support/source-permits.ts'

const database = useDatabase()
let services = 0
const newService = () => `service-${services++}`

const pass = (service: string, holder: string, holdMs = 60_000) =>
  takeSourcePermit(database.db, service, { holder, holdMs })
const leave = (service: string, holder: string, restMs: number) =>
  endLease(database.db, `source ${service}`, { holder, restSeconds: restMs / 1000 })
const later = (ms: number) => passTimeInSendRates(database.db, ms / 1000)

test('a lease is given to one caller, and the others get the longest time to wait', async () => {
  const service = newService()
  const passed = await Promise.all(Array.from({ length: 8 }, (_, n) => pass(service, `holder ${n}`)))
  expect(passed.filter((ms) => ms === 0)).toHaveLength(1)
  for (const ms of passed.filter((ms) => ms !== 0)) {
    expect(ms).toBeGreaterThan(50_000)
    expect(ms).toBeLessThanOrEqual(60_000)
  }
})

test('a lease lasts for its gap after the response, and no longer', async () => {
  const service = newService()
  await pass(service, 'first')
  await leave(service, 'first', 3000)
  const ms = await pass(service, 'second')
  expect(ms).toBeGreaterThan(2000)
  expect(ms).toBeLessThanOrEqual(3000)
  await later(3000)
  expect(await pass(service, 'second')).toBe(0)
})

test('a lease of a dead holder ends, and the holder cannot renew or release it', async () => {
  const service = newService()
  await pass(service, 'dead', 10_000)
  expect(await pass(service, 'next')).toBeGreaterThan(0)
  await later(10_000)
  expect(await pass(service, 'next', 5000)).toBe(0)
  await leave(service, 'dead', 0)
  expect(await pass(service, 'third')).toBeGreaterThan(0)
  await leave(service, 'dead', 3_600_000)
  expect(await pass(service, 'third')).toBeLessThanOrEqual(5000)
})

test('each service has its own lease', async () => {
  expect(await pass(newService(), 'anybody')).toBe(0)
  expect(await pass(newService(), 'anybody')).toBe(0)
})
