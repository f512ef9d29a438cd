import { NoSlot } from '../limits/semaphore.ts'

/** A body that is arriving. */
export interface ArrivingBody {
  /** By the same clock as the `now` of `take`, in milliseconds. */
  beganAt: number
  /** How many of its bytes have arrived. */
  bytes(): number
  /** Ends its request, because another body needs the place. */
  end(): void
}

export interface Place {
  /** The body has arrived: no other takes its place. */
  keep(): void
  leave(): void
}

interface Taken {
  key: string
  body: ArrivingBody
  isArriving: boolean
}

/** What a client sends at once, before it waits for an acknowledgement. So a body that has just begun is not the slowest. */
const HEAD_START_BYTES = 4096

/**
 * Limits how many bodies there are at once, overall and for each key, such as a network. If there are too many, the
 * slowest that is still arriving ends: of the same key if that has reached its limit, else of the key with the most. So
 * idle bodies never keep a new one out, and many of one network do not end the slow one of another.
 */
export class BodyPlaces {
  readonly #limits: { total: number; perKey: number }
  readonly #taken = new Set<Taken>()

  constructor(limits: { total: number; perKey: number }) {
    this.#limits = limits
  }

  /** Throws NoSlot if all places are taken by bodies that have arrived. */
  take(key: string, body: ArrivingBody, now: number): Place {
    this.#makeRoom(key, now)
    const taken = { key, body, isArriving: true }
    this.#taken.add(taken)
    return {
      keep: () => {
        taken.isArriving = false
      },
      leave: () => void this.#taken.delete(taken),
    }
  }

  #makeRoom(key: string, now: number): void {
    const all = [...this.#taken]
    const own = all.filter((taken) => taken.key === key)
    if (own.length >= this.#limits.perKey) this.#endSlowest(arrivingIn(own), 'key', now)
    else if (all.length >= this.#limits.total) this.#endSlowest(ofLargestKeys(arrivingIn(all)), 'total', now)
  }

  #endSlowest(arriving: Taken[], reason: NoSlot['reason'], now: number): void {
    const [slowest] = arriving.sort((a, b) => speed(a.body, now) - speed(b.body, now))
    if (!slowest) throw new NoSlot(reason)
    this.#taken.delete(slowest)
    slowest.body.end()
  }
}

const arrivingIn = (places: readonly Taken[]): Taken[] => places.filter(({ isArriving }) => isArriving)

/** Those of the key, or keys, that have the most. */
function ofLargestKeys(places: readonly Taken[]): Taken[] {
  const byKey = [...Map.groupBy(places, ({ key }) => key).values()]
  const most = Math.max(0, ...byKey.map(({ length }) => length))
  return byKey.filter(({ length }) => length === most).flat()
}

const speed = ({ beganAt, bytes }: ArrivingBody, now: number): number =>
  (HEAD_START_BYTES + bytes()) / Math.max(1, now - beganAt)
