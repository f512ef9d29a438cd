import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emailDomain } from '../../../../src/limits/send-rate.ts'
import type { TakenMessage } from '../../../../src/mail/message.ts'
import { recordAcceptances } from '../../../../src/mail/outbox/acceptance.repo.ts'
import {
  leaseBatch,
  releaseBatch,
  splitBatch,
  splitOffDomain,
} from '../../../../src/mail/outbox/batch.repo.ts'
import { enqueue, takeMessages } from '../../../../src/mail/outbox/message.repo.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import { addSubscribers, goodbye, messagesIn, NOW, statesIn } from '../../../support/messages.ts'

const database = useDatabase()

const MESSAGES = 90
const OWNERS = ['ada', 'bob', 'cyd', 'dan']
const OPERATIONS = ['lease', 'share', 'take', 'take', 'take', 'accept', 'aside', 'release'] as const

interface Step {
  operation: (typeof OPERATIONS)[number]
  /** Which batch or message, and how many, as far as available. */
  which: number
  many: number
}

interface Change {
  taken?: TakenMessage[]
  left?: TakenMessage[]
}

/** A worker, with the batches it has leased and the messages it has taken. */
class Owner {
  batches: number[] = []
  messages: TakenMessage[] = []
  readonly name: string
  constructor(name: string) {
    this.name = name
  }

  async do({ operation, which, many }: Step): Promise<Change> {
    const batch = this.batches[which % this.batches.length]
    const message = this.messages[which % this.messages.length]
    const input = {
      lane: 'bulk',
      owner: this.name,
      now: NOW,
      leaseSeconds: 45,
      whenUncertain: 'retry',
    } as const
    if (operation === 'lease' || operation === 'share') {
      const leased = await (operation === 'lease' ? leaseBatch : splitBatch)(database.db, input)
      if (leased) this.batches.push(leased.id)
      return {}
    }
    if (operation === 'take' && batch !== undefined) {
      return takeMessages(database.db, { batch: batch, owner: this.name, now: NOW, limit: many })
    }
    if (operation === 'release' && batch !== undefined) {
      await releaseBatch(database.db, { batch: batch, owner: this.name, now: NOW })
      this.batches = this.batches.filter((one) => one !== batch)
      return { left: this.messages.filter(({ batchId }) => batchId === batch) }
    }
    if (operation === 'accept' && message) {
      const { id: messageId, localDate } = message
      await recordAcceptances(database.db, [{ messageId, localDate, at: NOW, reply: '250 ok' }])
      return { left: [message] }
    }
    if (operation === 'aside' && message) {
      const domain = emailDomain(message.toAddress)
      const left = this.messages
        .filter(({ batchId, toAddress }) => batchId === message.batchId && emailDomain(toAddress) === domain)
        .slice(0, many)
      const ids = left.map(({ id }) => id)
      await splitOffDomain(database.db, { batch: message.batchId, owner: this.name, domain, ids })
      return { left }
    }
    return {}
  }
}

/** Domains of 40, of 20 and together of 30 messages; some have capitals. */
const DOMAINS = ['a.example', 'A.Example', 'b.example', 'c.example', 'd.example', 'e.example']
const domainOfNumber = (n: number): string =>
  n <= 40 ? DOMAINS[n % 2]! : n <= 60 ? DOMAINS[2]! : DOMAINS[3 + (n % 3)]!

async function begin() {
  await emptyTables(database.db)
  await addSubscribers(database.db, MESSAGES)
  const messages = Array.from({ length: MESSAGES }, (_, i) =>
    goodbye(i + 1, { toAddress: `s${i + 1}@${domainOfNumber(i + 1)}` }),
  )
  await enqueue(database.db, 'bulk', messages)
}

const step = fc.record({
  operation: fc.constantFrom(...OPERATIONS),
  which: fc.nat(7),
  many: fc.integer({ min: 1, max: 12 }),
})

test('four workers that lease, share, take, split and release at once have no message in common, and lose none', async () => {
  const rounds = fc.array(fc.tuple(step, step, step, step), { minLength: 5, maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(rounds, async (all) => {
      await begin()
      const owners = OWNERS.map((name) => new Owner(name))
      const accepted = new Set<string>()
      for (const round of all) {
        const changes = await Promise.all(owners.map((owner, i) => owner.do(round[i]!)))
        for (const [i, { left = [] }] of changes.entries()) {
          owners[i]!.messages = owners[i]!.messages.filter((message) => !left.includes(message))
          if (round[i]!.operation === 'accept') for (const { id } of left) accepted.add(id)
        }
        for (const [i, { taken = [] }] of changes.entries()) owners[i]!.messages.push(...taken)
        const ids = owners.flatMap(({ messages }) => messages.map(({ id }) => id))
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.filter((id) => accepted.has(id))).toEqual([])
        const rows = await messagesIn(database.db)
        const taken = rows.filter(({ state }) => state === 'taken')
        expect(rows).toHaveLength(MESSAGES)
        for (const owner of owners) {
          const theirs = taken.filter(({ takenBy }) => takenBy === owner.name).map(({ id }) => id)
          expect(theirs.sort()).toEqual(owner.messages.map(({ id }) => id).sort())
        }
      }
      for (const owner of owners) {
        for (const batch of owner.batches)
          await releaseBatch(database.db, { batch: batch, owner: owner.name, now: NOW })
      }
      await takeTheRest(accepted)
    }),
    { numRuns: 25, endOnFailure: true },
  )
})

/** Everybody has given back: one worker more finds all that was not accepted, at its first try. */
async function takeTheRest(accepted: ReadonlySet<string>) {
  const last = new Owner('eve')
  const found = new Set<string>()
  for (;;) {
    const before = last.batches.length
    await last.do({ operation: 'lease', which: 0, many: 0 })
    if (last.batches.length === before) break
    const { taken = [] } = await last.do({ operation: 'take', which: before, many: MESSAGES })
    for (const { id, attempts } of taken) {
      expect(attempts).toBe(1)
      expect(found.has(id) || accepted.has(id)).toBe(false)
      found.add(id)
    }
  }
  expect(found.size + accepted.size).toBe(MESSAGES)
  const states = await statesIn(database.db)
  expect(states.accepted ?? 0).toBe(accepted.size)
  expect(states.taken ?? 0).toBe(found.size)
}
