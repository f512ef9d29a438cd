import { setTimeout as sleep } from 'node:timers/promises'
import type { Deps } from '../../core/deps.ts'
import type { Lane, TakenMessage } from '../message.ts'
import { setAside } from '../outbox/chunk.repo.ts'
import { giveTurnsBack, setLimits, takeTurns } from '../rate-limits/pace.repo.ts'
import { ANSWERS_RESERVE, domainOf, limitOf, type PaceKey, paceOf, rampUpOf } from '../rate-limits/pace.ts'
import type { HeldChunk } from './leases.ts'

/** How many messages of one lane may go now, by the paces that all processes share. */
export interface Turns {
  /** Before anything is leased: what the settings say may have changed since the last run. */
  begin(): Promise<void>
  /** Of a chunk's messages, so many at most may be taken now. */
  of(chunk: HeldChunk, most: number): Promise<number>
  /** Of those, so many found no message. */
  unused(chunk: HeldChunk, count: number): Promise<void>
  /** Of a chunk for several domains, those whose domain may be mailed to now; the others are put aside. */
  keep(chunk: HeldChunk, taken: TakenMessage[]): Promise<TakenMessage[]>
  /** Waits until one more mail may go in all; somebody who waits for an answer goes first. `onPause` gets each pause. */
  wait(halt: AbortSignal, onPause?: (ms: number) => void): Promise<void>
}

type TurnsDeps = Pick<Deps, 'db' | 'config' | 'clock'>

export const openTurns = (deps: TurnsDeps, lane: Lane): Turns =>
  lane === 'answers' ? turnsOfAnswers(deps) : turnsOfDigests(deps)

/** Few, and somebody waits for them: they mind the pace of all mail alone. */
const turnsOfAnswers = (deps: TurnsDeps): Turns => ({
  begin: () => openLimits(deps).say(['all']),
  of: async (_chunk, most) => most,
  unused: async () => {},
  keep: async (_chunk, taken) => taken,
  wait: (halt, onPause) => waitForOne(deps, { leave: 0, halt, onPause }),
})

function turnsOfDigests(deps: TurnsDeps): Turns {
  const { db, config, clock } = deps
  const limits = openLimits(deps)
  const rampUp = (): PaceKey[] => {
    const today = rampUpOf(config, clock.now())
    return today ? [today.key] : []
  }
  // Looked at with each handful: a mail alone asks only where all mail has a pace.
  let allHasPace = false

  const grantedFor = async (wanted: { key: PaceKey; mails: number }[]): Promise<Map<PaceKey, number>> => {
    const turns = await takeTurns(db, [...wanted, { key: 'all', mails: 0 }])
    allHasPace = turns.some(({ key }) => key === 'all')
    return new Map(turns.map(({ key, granted }) => [key, granted]))
  }

  return {
    begin: () => limits.say(['all']),
    of: async ({ domain }, most) => {
      const keys: PaceKey[] = domain === null ? rampUp() : [...rampUp(), paceOf(domain)]
      if (keys.length === 0) return most
      await limits.say(keys)
      const granted = await grantedFor(keys.map((key) => ({ key, mails: most })))
      const least = Math.min(most, ...keys.map((key) => granted.get(key) ?? most))
      for (const key of keys) await giveTurnsBack(db, [key], (granted.get(key) ?? least) - least)
      return least
    },
    unused: ({ domain }, count) =>
      giveTurnsBack(db, domain === null ? rampUp() : [...rampUp(), paceOf(domain)], count),
    keep: async (chunk, taken) => {
      if (chunk.domain !== null || taken.length === 0) return taken
      const byDomain = Map.groupBy(taken, ({ toAddress }) => domainOf(toAddress))
      const { each, domains } = config.DOMAIN_RATE
      const limited = [...byDomain.keys()].filter((domain) => each !== undefined || domains.has(domain))
      await limits.say(limited.map(paceOf))
      const granted = await grantedFor(
        [...byDomain].map(([domain, messages]) => ({ key: paceOf(domain), mails: messages.length })),
      )
      const kept: TakenMessage[] = []
      for (const [domain, messages] of byDomain) {
        const may = granted.get(paceOf(domain)) ?? messages.length
        kept.push(...messages.slice(0, may))
        const ids = messages.slice(may).map(({ id }) => id)
        if (ids.length === 0) continue
        await giveTurnsBack(db, rampUp(), ids.length)
        await setAside(db, { chunk: chunk.id, owner: chunk.owner, domain, ids })
      }
      return kept
    },
    wait: async (halt, onPause) => {
      if (allHasPace || config.SMTP_URL?.rate)
        await waitForOne(deps, { leave: ANSWERS_RESERVE, halt, onPause })
    },
  }
}

interface Limits {
  /** What the settings say of these goes into the database, where it is new or has changed with the day. */
  say(keys: PaceKey[]): Promise<void>
}

function openLimits({ db, config, clock }: TurnsDeps): Limits {
  const said = new Map<PaceKey, number | undefined>()
  return {
    say: async (keys) => {
      const news = keys
        .map((key) => ({ key, limit: limitOf(config, key, clock.now()) }))
        .filter(({ key, limit }) => !said.has(key) || said.get(key) !== limit?.perSecond)
      if (news.length > 0) await setLimits(db, news)
      for (const { key, limit } of news) said.set(key, limit?.perSecond)
    },
  }
}

interface Wait {
  leave: number
  halt: AbortSignal
  onPause?: (ms: number) => void
}

async function waitForOne({ db }: TurnsDeps, { leave, halt, onPause }: Wait): Promise<void> {
  while (!halt.aborted) {
    const [turn] = await takeTurns(db, [{ key: 'all', mails: 1, leave }])
    if (!turn || turn.granted > 0) return
    onPause?.(turn.waitSeconds * 1000)
    await sleep(turn.waitSeconds * 1000, undefined, { signal: halt }).catch(() => {})
  }
}
