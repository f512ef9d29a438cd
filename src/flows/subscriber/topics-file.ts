import { topicsText } from '../../filters/topics-text.ts'
import { topicsOf } from '../../subscribers/topic-store.ts'
import type { Deps } from '../../wiring.ts'
import { openManage } from './account-link.ts'

/** The topics of whoever holds a manage link, as a text. Throws link.*. */
export async function topicsFile(deps: Deps, token: string): Promise<string> {
  const { id } = await openManage(deps, token)
  return topicsText(await topicsOf(deps.db, id))
}
