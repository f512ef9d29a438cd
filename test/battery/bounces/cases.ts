import type { BatteryCase } from '../battery-case.ts'
import { database } from './database.ts'
import { flood } from './flood.ts'
import { forged, forgedComplaintWrong, forgedWrong } from './forged.ts'
import { fresh, freshWrong } from './fresh.ts'
import { killed, killedWrong, killedWrongTwice } from './killed.ts'
import { mutated } from './mutated.ts'

/** Reports about emails that a server accepted: from the real servers to the subscription. */
export const bouncesCases: BatteryCase[] = [
  fresh,
  freshWrong,
  mutated,
  killed,
  killedWrong,
  killedWrongTwice,
  database,
  flood,
  forged,
  forgedWrong,
  forgedComplaintWrong,
]
