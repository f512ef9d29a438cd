// Refuses a body when all places are taken, however idle the others are.
import { NoSlot } from '../../../../src/limits/semaphore.ts'
import type { ArrivingBody, Place } from '../../../../src/web/body-places.ts'

export class BodyPlaces {
  readonly #limits: { total: number; perKey: number }
  readonly #taken = new Set<{ key: string }>()

  constructor(limits: { total: number; perKey: number }) {
    this.#limits = limits
  }

  take(key: string, _body: ArrivingBody, _now: number): Place {
    const own = [...this.#taken].filter((taken) => taken.key === key).length
    if (own >= this.#limits.perKey) throw new NoSlot('key')
    if (this.#taken.size >= this.#limits.total) throw new NoSlot('total')
    const taken = { key }
    this.#taken.add(taken)
    return { keep: () => {}, leave: () => void this.#taken.delete(taken) }
  }
}
