import { explain, small, week } from './every-day.ts'
import { composeUp, doctor, importPeople, signUp } from './first-day.ts'
import type { Step } from './typing.ts'
import { erase, prune, restore, upgrade } from './year-later.ts'

export const steps: Step[] = [
  ['compose up', composeUp],
  ['doctor', doctor],
  ['a person subscribes through nginx', signUp],
  ['subscribers import', importPeople],
  ['a week of July 2025', week],
  ['subscribers explain', explain],
  ['small is small', small],
  ['backup, and the machine is lost', restore],
  ['a database of the first release', upgrade],
  ['a subscriber is erased', erase],
  ['prune', prune],
]
